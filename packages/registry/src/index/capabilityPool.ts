import { type Action, actions, type Capability } from '@behest/spec'
import { CapabilityBits, type ValueKind } from './capabilityBits.js'
import { GrowableUint32 } from './growable.js'
import {
  putTexts,
  type SectionReader,
  type Sections,
  takeTexts,
} from './sections.js'

const any = 0xffff_ffff

/** What a caller needs an agent to be able to do. All of it in one capability. */
export type CapabilityFilter = {
  readonly action?: Action
  readonly chainId?: number
  /** Each must be served; a token may be given by several names. */
  readonly tokens?: readonly (readonly string[])[]
  readonly venue?: string
  readonly maxFeeBps?: number
}

/** A filter with its words looked up once, for many documents. */
export type CompiledFilter = {
  readonly isEmpty: boolean
  readonly action: number | undefined
  readonly chain: number | undefined
  readonly tokens: readonly (readonly number[])[]
  readonly venue: number | undefined
  readonly maxFeeBps: number | undefined
}

/**
 * The capabilities of all documents as numbers in one array. An agent that
 * swaps on one chain and lends on another must not be found for lending on the
 * first: so a filter is checked against one capability at a time.
 */
export class CapabilityPool {
  private readonly pool = new GrowableUint32(4096)
  private readonly starts = new GrowableUint32(1024)
  /** What each document takes at least, whatever is asked of it. */
  private readonly lowestFees = new GrowableUint32(1024)
  private readonly ids = new Map<string, number>()
  /** Derived from the pool: never saved, made anew when it is read back. */
  private readonly bits = new CapabilityBits()

  private intern(key: string): number {
    const known = this.ids.get(key)
    if (known !== undefined) return known
    this.ids.set(key, this.ids.size)
    return this.ids.size - 1
  }

  /** Adds the next document's capabilities. */
  add(capabilities: readonly Capability[]): void {
    this.starts.push(0)
    this.lowestFees.push(0)
    this.write(this.starts.length - 1, capabilities)
  }

  /** Gives a document other capabilities; the old ones are left behind. */
  replace(document: number, capabilities: readonly Capability[]): void {
    this.bits.remove(document)
    this.write(document, capabilities)
  }

  private write(document: number, capabilities: readonly Capability[]): void {
    this.starts.values[document] = this.pool.length
    this.pool.push(capabilities.length)
    let lowestFee = capabilities[0]?.feeBps ?? 0
    for (const capability of capabilities) {
      lowestFee = Math.min(lowestFee, capability.feeBps)
      this.pool.push(actions.indexOf(capability.action))
      this.pool.push(capability.feeBps)
      this.addList(capability.chains, (chain) => `c:${chain}`)
      this.addList(capability.tokens, (token) => `t:${token.toLowerCase()}`)
      this.addList(capability.venues, (venue) => `v:${venue.toLowerCase()}`)
    }
    this.lowestFees.values[document] = lowestFee
    this.addToSets(document)
  }

  private addList<Item>(
    items: 'any' | readonly Item[],
    toKey: (item: Item) => string,
  ): void {
    if (items === 'any') {
      this.pool.push(any)
      return
    }
    this.pool.push(items.length)
    for (const item of items) this.pool.push(this.intern(toKey(item)))
  }

  /** Puts a document into the sets of what its capabilities name. */
  private addToSets(document: number): void {
    const values = this.pool.values
    let place = this.starts.at(document)
    const count = values[place] as number
    place += 1
    for (let index = 0; index < count; index += 1) {
      this.bits.addAction(document, values[place] as number)
      place += 2
      for (const kind of listKinds) {
        const length = values[place] as number
        place += 1
        if (length === any) {
          this.bits.addEverything(document, kind)
          continue
        }
        for (const end = place + length; place < end; place += 1)
          this.bits.addValue(document, kind, values[place] as number)
      }
    }
  }

  save(into: Sections): void {
    putTexts(into, [...this.ids.keys()])
    for (const numbers of [this.pool, this.starts, this.lowestFees])
      into.arrays.push(numbers.taken())
  }

  restore(from: SectionReader): void {
    for (const key of takeTexts(from)) this.intern(key)
    for (const numbers of [this.pool, this.starts, this.lowestFees])
      numbers.restore(from.uint32())
    for (let document = 0; document < this.starts.length; document += 1)
      this.addToSets(document)
  }

  /**
   * Gets the documents that may satisfy a filter, one bit each: the others need
   * not be looked at. {@link findFeeBps} alone tells who satisfies it.
   *
   * @returns Nothing where the filter leaves everyone.
   */
  narrow(filter: CompiledFilter): Uint32Array | undefined {
    return this.bits.narrow(filter, this.starts.length)
  }

  /** Looks a filter's words up. A word that no agent uses matches only "any". */
  compile(filter: CapabilityFilter): CompiledFilter {
    const find = (key: string) => this.ids.get(key) ?? any - 1
    return {
      isEmpty:
        filter.action === undefined &&
        filter.chainId === undefined &&
        (filter.tokens ?? []).length === 0 &&
        filter.venue === undefined &&
        filter.maxFeeBps === undefined,
      action:
        filter.action === undefined
          ? undefined
          : actions.indexOf(filter.action),
      chain:
        filter.chainId === undefined ? undefined : find(`c:${filter.chainId}`),
      tokens: (filter.tokens ?? []).map((names) =>
        names.map((name) => find(`t:${name.toLowerCase()}`)),
      ),
      venue:
        filter.venue === undefined
          ? undefined
          : find(`v:${filter.venue.toLowerCase()}`),
      maxFeeBps: filter.maxFeeBps,
    }
  }

  /**
   * Finds the lowest fee of the capabilities that satisfy a filter.
   *
   * @returns Basis points, or -1 when no capability satisfies it.
   */
  findFeeBps(document: number, filter: CompiledFilter): number {
    if (filter.isEmpty) return this.lowestFees.values[document] as number
    const values = this.pool.values
    let place = this.starts.at(document)
    const count = values[place] as number
    place += 1
    let best = -1
    for (let index = 0; index < count; index += 1) {
      const action = values[place] as number
      const feeBps = values[place + 1] as number
      const chains = place + 2
      const tokens = skipList(values, chains)
      const venues = skipList(values, tokens)
      place = skipList(values, venues)
      if (filter.action !== undefined && filter.action !== action) continue
      if (filter.maxFeeBps !== undefined && feeBps > filter.maxFeeBps) continue
      if (filter.chain !== undefined && !holds(values, chains, filter.chain))
        continue
      if (filter.venue !== undefined && !holds(values, venues, filter.venue))
        continue
      if (
        filter.tokens.some(
          (names) => !names.some((name) => holds(values, tokens, name)),
        )
      )
        continue
      if (best === -1 || feeBps < best) best = feeBps
    }
    return best
  }
}

/** The lists of a capability, in the order in which the pool holds them. */
const listKinds: readonly ValueKind[] = ['chains', 'tokens', 'venues']

function skipList(values: Uint32Array, place: number): number {
  const count = values[place] as number
  return count === any ? place + 1 : place + 1 + count
}

function holds(values: Uint32Array, place: number, wanted: number): boolean {
  const count = values[place] as number
  if (count === any) return true
  for (let index = 1; index <= count; index += 1)
    if (values[place + index] === wanted) return true
  return false
}
