/** Numbers that are drawn as a chart, shown as a table or saved as a file: all three say the same. */
export interface Figures {
  /** What the categories are, for the head of the table. */
  head: string
  categories: Category[]
  series: Series[]
}

export interface Category {
  /** As it stands under the chart, where room is small. */
  short: string
  full: string
}

export interface Series {
  id: string
  name: string
  /** A custom property of the theme, such as `--ok`. */
  colour: string
  values: number[]
}

/** The figures line by line, the names of the columns first. */
export function linesOf({ head, categories, series }: Figures): string[][] {
  const names = [head, ...series.map(({ name }) => name)]
  return [names, ...categories.map(({ full }, at) => [full, ...series.map(({ values }) => String(values[at] ?? 0))])]
}
