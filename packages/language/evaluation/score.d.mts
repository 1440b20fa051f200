import type { ParseResult } from '@behest/spec'
import type { Case } from './cases.mjs'

export function scoreCase(
  testCase: Pick<Case, 'utterance' | 'expect'>,
  result: ParseResult,
): {
  kind: string
  got: string
  actions: boolean
  exact: boolean
  slots: { key: string; said: unknown; meant: unknown }[]
  invented: string[]
  steps: number
}
