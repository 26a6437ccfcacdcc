import type { Import } from '@/api/types'

export type Step = 'file' | 'check' | 'apply'
export type Kind = keyof Import['counts']
export type Act = 'apply' | 'undo' | 'cancel'

export const KINDS = ['new', 'update', 'same', 'conflict', 'invalid'] as const satisfies readonly Kind[]

const MOVING: readonly Import['state'][] = ['reading', 'applying', 'undoing']
const CHECKING: readonly Import['state'][] = ['reading', 'previewed']

/** Whether the server is at work on an import, so that it will be another one in a moment. */
export const isMoving = ({ state }: Pick<Import, 'state'>) => MOVING.includes(state)

/** How many customers an import has written. */
export const writtenBy = ({ applied }: Pick<Import, 'applied'>) => applied.added + applied.updated

/** How many customers an import would write. */
export const changesIn = ({ counts }: Pick<Import, 'counts'>) => counts.new + counts.update

/** How many rows go into the file of what was not taken. */
export const rejectedBy = ({ counts, applied }: Pick<Import, 'counts' | 'applied'>) =>
  counts.conflict + counts.invalid + applied.skipped

/** Whether what an import has written can be taken back. */
export const isUndoable = (one: Import) => ['applied', 'cancelled', 'failed'].includes(one.state) && writtenBy(one) > 0

/** Where in the wizard an import stands. */
export function stepOf(one: Import): Step {
  return CHECKING.includes(one.state) ? 'check' : 'apply'
}
