import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption, TooltipComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { Figures, Series } from '@/ui/chart/figures'

export type ChartKind = 'bars' | 'lines'
export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption
>

/** What the theme says: the value of a custom property, resolved to a colour. */
export type Palette = (property: string) => string

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'] as const

function bars({ name, values }: Series, colour: string, edge: string): BarSeriesOption {
  // The line between two pieces of a bar tells them apart where their colours do not. Of nothing it would still be drawn.
  const itemStyle = { color: colour, borderColor: edge, borderWidth: 1 }
  return { type: 'bar', name, data: values.map((value) => value || null), stack: 'all', barMaxWidth: 56, itemStyle, emphasis: { disabled: true } }
}

function line({ name, values }: Series, colour: string, at: number): LineSeriesOption {
  return {
    type: 'line', name, data: values, symbol: SYMBOLS[at % SYMBOLS.length] ?? 'circle', symbolSize: 7, showSymbol: true,
    itemStyle: { color: colour }, lineStyle: { color: colour, width: 2 }, emphasis: { disabled: true },
  }
}

/** The chart of some figures in the colours of the theme. */
export function chartOption(kind: ChartKind, figures: Figures, palette: Palette, font: string): ChartOption {
  const words = { color: palette('--text-2'), fontFamily: font, fontSize: 12 }
  const rule = { lineStyle: { color: palette('--line') } }
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: { top: 40, right: 12, bottom: 4, left: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: words, selectedMode: false },
    // Drawn, not built of HTML: the styles of that would be refused by the page's policy.
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: palette('--surface'), borderColor: palette('--line-strong'),
      textStyle: { color: palette('--text'), fontFamily: font, fontSize: 13 },
      axisPointer: { type: kind === 'bars' ? 'shadow' : 'line', shadowStyle: { color: palette('--text-3'), opacity: 0.12 } },
      formatter: (points) => tooltipOf(figures, (Array.isArray(points) ? points[0] : points)?.dataIndex ?? 0),
    },
    xAxis: {
      type: 'category', data: figures.categories.map(({ short }) => short), axisLabel: { ...words, hideOverlap: true },
      axisLine: { lineStyle: { color: palette('--line-strong') } }, axisTick: { show: false },
    },
    yAxis: { type: 'value', minInterval: 1, axisLabel: words, splitLine: rule },
    series: figures.series.map((series, at) =>
      kind === 'bars' ? bars(series, palette(series.colour), palette('--surface')) : line(series, palette(series.colour), at),
    ),
  }
}

function tooltipOf({ categories, series }: Figures, at: number): string {
  return [categories[at]?.full ?? '', ...series.map(({ name, values }) => `${name}  ${values[at] ?? 0}`)].join('\n')
}
