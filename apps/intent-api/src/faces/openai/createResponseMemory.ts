import { randomBytes } from 'node:crypto'
import type { Hex } from '@behest/spec'
import type { Reference } from '../desk/reference.js'
import { ResponseNotFoundError } from './errors.js'

const maxResponses = 10_000

/** Which plan each response showed; that, and nothing else, is kept of them. */
export type ResponseMemory = {
  readonly createId: (intentId: string | undefined) => string
  readonly keep: (id: string, reference: Reference | undefined) => void
  /**
   * Finds what a response was about. The intent is in its id. The plan that it
   * showed is only known to the process that showed it: elsewhere a plain yes is
   * bound to no plan, and the plan is shown again.
   *
   * @throws {ResponseNotFoundError} when the id is none of ours.
   */
  readonly find: (id: string | null | undefined) => Reference | undefined
}

const shape =
  /^resp_(?:([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12}))?_[0-9a-f]{24}$/

/** Creates the memory of one process. The oldest responses are forgotten. */
export function createResponseMemory(): ResponseMemory {
  const planById = new Map<string, Hex>()
  return {
    createId: (intentId) =>
      `resp_${(intentId ?? '').replaceAll('-', '')}_${randomBytes(12).toString('hex')}`,
    keep: (id, reference) => {
      if (reference?.planHash === undefined) return
      const [oldest] = planById.keys()
      if (planById.size >= maxResponses && oldest !== undefined)
        planById.delete(oldest)
      planById.set(id, reference.planHash)
    },
    find: (id) => {
      if (id === null || id === undefined) return undefined
      const [whole, ...parts] = shape.exec(id) ?? []
      if (whole === undefined)
        throw new ResponseNotFoundError({ param: 'previous_response_id' })
      const intentId = parts.filter((part) => part !== undefined).join('-')
      if (intentId === '') return undefined
      const planHash = planById.get(id)
      return { intentId, ...(planHash === undefined ? {} : { planHash }) }
    },
  }
}
