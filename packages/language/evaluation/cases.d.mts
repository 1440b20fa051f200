/** A sentence of our own, with what it must come to. */
export type Case = {
  id: string
  family: string
  utterance: string
  language: string
  expect: { none?: boolean; need?: string[]; steps?: unknown[] }
}
export function buildCases(): Case[]
