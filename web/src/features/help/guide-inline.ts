import { h, type FunctionalComponent } from 'vue'
import type { Inline } from '@/features/help/guide-text'

const TAGS = { strong: 'strong', code: 'code', text: 'span' } as const

/** The pieces of a line, drawn. */
const GuideInline: FunctionalComponent<{ parts: readonly Inline[] }> = ({ parts }) =>
  parts.map((part) => {
    if (part.kind !== 'link') return h(TAGS[part.kind], part.text)
    return h('a', { href: part.href, rel: 'noreferrer', target: '_blank' }, part.text)
  })
GuideInline.props = ['parts']

export default GuideInline
