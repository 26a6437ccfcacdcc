import type { Component } from 'vue'

export interface Choice {
  value: number
  label: string
  /** What one types to choose it, besides its label. */
  key: string
}

interface Common<Row> {
  id: string
  title: string
  width: number
  align?: 'start' | 'end'
  sortable?: boolean
  /** Plain text for the cell, for copying and for screen readers. */
  text: (row: Row) => string
  /** Draws the cell (it gets the `row`) when plain text is not enough. */
  cell?: Component
}

export interface TextColumn<Row> extends Common<Row> {
  kind: 'text'
  /** The keyboard that a touch screen should show. */
  inputMode?: 'text' | 'email' | 'tel' | 'url'
}

export interface ChoiceColumn<Row> extends Common<Row> {
  kind: 'choice'
  choices: Choice[]
  value: (row: Row) => number
}

export interface FixedColumn<Row> extends Common<Row> {
  kind: 'fixed'
  /** Why the cell cannot be changed here, in words for the person who tries. */
  why: string
  /** It is changed in the window of the whole row, which opens instead of saying why. */
  opens?: boolean
}

export type Column<Row> = TextColumn<Row> | ChoiceColumn<Row> | FixedColumn<Row>

/** A row's values that were refused: what was typed, and the cause, by `cellKey`. */
export interface Refusal {
  typed: string
  cause: string
}

/** Names one cell independently of where it stands. */
export function cellKey(rowId: number | string, columnId: string): string {
  return `${rowId}/${columnId}`
}

/** How wide the column is in which rows are chosen. */
export const CHECK_WIDTH = 40

/** The left edge of every column, and behind the last one the width of all; the first begins behind `lead`. */
export function columnEdges(columns: readonly { width: number }[], lead = 0): number[] {
  const edges = [lead]
  for (const { width } of columns) edges.push((edges.at(-1) ?? 0) + width)
  return edges
}

/** The choice that a typed text means: its key, then the beginning of its label. */
export function choiceFor(choices: readonly Choice[], typed: string): Choice | undefined {
  const text = typed.normalize('NFKC').trim().toLowerCase()
  if (text === '') return undefined
  return (
    choices.find(({ key }) => key.toLowerCase() === text) ??
    choices.find(({ label }) => label.toLowerCase().startsWith(text))
  )
}
