import { type Capability, type JsonValue, toCanonicalJson } from '@behest/spec'
import { type ParsedCard, parseCard } from './parseCard.js'

/** One version of an agent's card, and what it changed. */
export type AgentVersion = {
  readonly sequence: number
  readonly cardHash: string
  /** The owner who published it; unknown of the oldest ones. */
  readonly by: string | null
  readonly at: string
  /** Against the version before; absent for the first that is known. */
  readonly changes: VersionChanges | null
}

/** What one version of a card has that the one before had not. */
export type VersionChanges = {
  /** Names of fields: `name`, `description`, `version`, `endpoint`, `agent`, `price`, `skills`. */
  readonly fields: readonly string[]
  /** Capabilities by their action and venues, such as `swap on uniswap`. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

type StoredVersion = Omit<AgentVersion, 'changes'> & { readonly card: string }

/**
 * Tells of each version what it changed.
 *
 * @param stored - Newest first.
 */
export function toVersions(stored: readonly StoredVersion[]): AgentVersion[] {
  const cards = stored.map(({ card }) => readCard(card))
  return stored.map(({ card: _, ...version }, place) => {
    const now = cards[place]
    const before = cards[place + 1]
    return {
      ...version,
      changes:
        now === undefined || before === undefined
          ? null
          : compareCards(before, now),
    }
  })
}

/** Compares two cards of one agent. */
export function compareCards(
  before: ParsedCard,
  now: ParsedCard,
): VersionChanges {
  const fieldsOf = (card: ParsedCard): Readonly<Record<string, unknown>> => ({
    name: card.name,
    description: card.description,
    version: card.version,
    endpoint: card.endpoint,
    contact: card.contact ?? null,
    agent: card.profile.agent.toLowerCase(),
    price: card.profile.price ?? null,
    skills: card.skills,
  })
  const old = fieldsOf(before)
  const had = toLabelled(before.profile.capabilities)
  const has = toLabelled(now.profile.capabilities)
  return {
    fields: Object.entries(fieldsOf(now))
      .filter(([name, value]) => !isSame(value, old[name]))
      .map(([name]) => name),
    added: [...has.keys()].filter((label) => !had.has(label)),
    removed: [...had.keys()].filter((label) => !has.has(label)),
    changed: [...has.keys()].filter(
      (label) => had.has(label) && !isSame(had.get(label), has.get(label)),
    ),
  }
}

// Several of one action are told apart by their venues, and equal ones by number.
function toLabelled(
  capabilities: readonly Capability[],
): Map<string, Capability> {
  const labelled = new Map<string, Capability>()
  for (const capability of capabilities) {
    const { action, venues } = capability
    const label =
      venues.length === 0 ? action : `${action} on ${venues.join(', ')}`
    let name: string = label
    for (let count = 2; labelled.has(name); count += 1)
      name = `${label} (${count})`
    labelled.set(name, capability)
  }
  return labelled
}

function isSame(left: unknown, right: unknown): boolean {
  const toText = (value: unknown) =>
    toCanonicalJson(JSON.parse(JSON.stringify(value ?? null)) as JsonValue)
  return toText(left) === toText(right)
}

/** A card that an older version took in may be one that this one refuses. */
function readCard(card: string): ParsedCard | undefined {
  try {
    return parseCard(card)
  } catch {
    return undefined
  }
}
