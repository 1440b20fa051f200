import { randomBytes } from 'node:crypto'
import type { ResponseStore } from '@behest/journal'
import type { Reference } from '../desk/reference.js'
import { ResponseNotFoundError } from './errors.js'

/** Which plan each response showed; that, and nothing else, is kept of them. */
export type ResponseMemory = {
  readonly createId: (intentId: string | undefined) => string
  readonly keep: (id: string, reference: Reference | undefined) => Promise<void>
  /**
   * Finds what a response was about. The intent is in its id; the plan that it
   * showed is in the journal, so that a plain yes is bound to it in any process.
   *
   * @throws {ResponseNotFoundError} when the id is none of ours.
   */
  readonly find: (
    id: string | null | undefined,
  ) => Promise<Reference | undefined>
}

const shape =
  /^resp_(?:([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12}))?_[0-9a-f]{24}$/

/** Creates the memory of responses over the journal. */
export function createResponseMemory(options: {
  readonly responses: ResponseStore
}): ResponseMemory {
  const { responses } = options
  return {
    createId: (intentId) =>
      `resp_${(intentId ?? '').replaceAll('-', '')}_${randomBytes(12).toString('hex')}`,
    keep: async (id, reference) => {
      if (reference?.planHash === undefined) return
      const { intentId, planHash } = reference
      await responses.keep({ id, intentId, planHash })
    },
    find: async (id) => {
      if (id === null || id === undefined) return undefined
      const [whole, ...parts] = shape.exec(id) ?? []
      if (whole === undefined)
        throw new ResponseNotFoundError({ param: 'previous_response_id' })
      const named = parts.filter((part) => part !== undefined).join('-')
      const shown = await responses.find(id)
      // An answer on the side is of one intent, and shows another one's plan.
      if (shown) return shown
      return named === '' ? undefined : { intentId: named }
    },
  }
}
