import type { Capability } from '@behest/spec'
import type { AgentRecord } from '../store/agentRecord.js'

/** Every so many visits a capability is tried with a canary. */
const canaryEvery = 4
/** Most contract tests of a visit, but at the door, where all are tried. */
const maxCanaries = 8

/**
 * Chooses the capabilities that a visit tries, in an order that nobody can
 * foresee. Of a live agent one now and then; of one that has just failed, one of
 * each action; what is not listed, in full: an action is listed again when all
 * its capabilities quote. Before an agent is listed at all, everything is tried.
 *
 * @param options.seed - Decides by chance, as a whole number.
 * @param options.failures - Visits in a row that failed.
 */
export function chooseCanaries(options: {
  readonly agent: Pick<AgentRecord, 'capabilities' | 'delisted' | 'status'>
  readonly seed: number
  readonly failures: number
}): Capability[] {
  const { agent, seed, failures } = options
  const draw = createDraw(seed)
  const all = shuffle(agent.capabilities, draw)
  if (agent.status === 'unverified') return all
  const unlisted = all.filter(({ action }) => agent.delisted.includes(action))
  const others = all.filter((capability) => !unlisted.includes(capability))
  if (agent.status !== 'live' || failures > 0) {
    const onePerAction = new Map(
      others.map((capability) => [capability.action, capability]),
    )
    return [...unlisted, ...onePerAction.values()].slice(0, maxCanaries)
  }
  const chosen = draw() * canaryEvery < 1 ? others[0] : undefined
  return [...(chosen === undefined ? [] : [chosen]), ...unlisted].slice(
    0,
    maxCanaries,
  )
}

/** Numbers from 0 to below 1, always the same for a seed. */
export function createDraw(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffle<Item>(items: readonly Item[], draw: () => number): Item[] {
  const shuffled = [...items]
  for (let place = shuffled.length - 1; place > 0; place -= 1) {
    const other = Math.floor(draw() * (place + 1))
    const moved = shuffled[place] as Item
    shuffled[place] = shuffled[other] as Item
    shuffled[other] = moved
  }
  return shuffled
}
