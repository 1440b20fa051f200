// One file because it is a table: every way in which a caller of the registry
// can be wrong, with what to do next.
import { BehestError } from '@behest/spec'

const short = (value: string, length = 120): string =>
  value.length > length ? `${value.slice(0, length)}…` : value

/** Thrown when no agent has an id, or it was removed. */
export class AgentNotFoundError extends BehestError {
  readonly code = 'AGENT_NOT_FOUND'
  readonly stage = 'candidates'
  readonly retry = 'never'

  constructor(facts: { agentId: string }) {
    super(
      `No agent "${short(facts.agentId)}" is published here. Publish it, or search for its name.`,
      { facts: { agentId: short(facts.agentId) } },
    )
  }
}

/** Thrown when a card is not an agent card that this registry can serve. */
export class CardMalformedError extends BehestError {
  readonly code = 'CARD_MALFORMED'
  readonly retry = 'never'

  constructor(facts: { reason: string; path?: string }) {
    super(
      `The agent card cannot be used: ${short(facts.reason, 300)}${facts.path ? ` (at ${short(facts.path)})` : ''}. Correct the card, sign it again and publish it.`,
      { facts: { reason: short(facts.reason, 300), path: facts.path } },
    )
  }
}

/** Thrown when a card has more bytes than a registry reads. */
export class CardTooLargeError extends BehestError {
  readonly code = 'CARD_TOO_LARGE'
  readonly retry = 'never'

  constructor(facts: { bytes: number; maxBytes: number }) {
    super(
      `The agent card has ${facts.bytes} bytes; at most ${facts.maxBytes} are read. Shorten its descriptions or schemas.`,
      { facts },
    )
  }
}

/** Thrown when what was signed and what was sent differ. */
export class MessageMismatchError extends BehestError {
  readonly code = 'MESSAGE_MISMATCH'
  readonly retry = 'never'

  constructor(facts: { field: string; signed: string; sent: string }) {
    super(
      `The signed ${facts.field} is ${short(facts.signed)}, but ${short(facts.sent)} was sent. Sign exactly what you send.`,
      {
        facts: {
          field: facts.field,
          signed: short(facts.signed),
          sent: short(facts.sent),
        },
      },
    )
  }
}

/** Thrown when a signature does not come from who must sign. */
export class SignatureInvalidError extends BehestError {
  readonly code = 'SIGNATURE_INVALID'
  readonly retry = 'never'

  constructor(facts: { message: string; reason: string; chainId?: number }) {
    super(
      `The signature of the ${facts.message} message does not hold: ${short(facts.reason, 300)}. Sign with the right key, over this registry's domain and chain id.`,
      { facts: { ...facts, reason: short(facts.reason, 300) } },
    )
  }
}

/** Thrown when a signed message came too late or too early to count. */
export class MessageExpiredError extends BehestError {
  readonly code = 'MESSAGE_EXPIRED'
  readonly retry = 'same-input'

  constructor(facts: {
    message: string
    atUnixSeconds: number
    nowUnixSeconds: number
  }) {
    super(
      `The ${facts.message} message names ${facts.atUnixSeconds}, and it is ${facts.nowUnixSeconds} here. Check your clock and sign a new message.`,
      { facts },
    )
  }
}

/** Thrown when another registry cannot be mirrored now. */
export class MirrorFailedError extends BehestError {
  readonly code = 'MIRROR_FAILED'
  readonly retry = 'same-input'

  constructor(facts: { origin: string; reason: string }) {
    super(
      `The registry at ${short(facts.origin)} cannot be mirrored: ${short(facts.reason, 300)}. It is asked again; see that it is one and that it can be reached.`,
      {
        facts: {
          origin: short(facts.origin),
          reason: short(facts.reason, 300),
        },
      },
    )
  }
}

/** Thrown when no domain stands behind the claim of a short name. */
export class NameUnprovenError extends BehestError {
  readonly code = 'NAME_UNPROVEN'
  readonly retry = 'same-input'

  constructor(facts: {
    name: string
    origin: string
    owner: string
    reason: string
  }) {
    super(
      `The name @${short(facts.name)} is not proven: ${short(facts.origin)}/.well-known/behest.json does not vouch for ${facts.owner}, for ${short(facts.reason)}. Serve {"owners": ["${facts.owner}"]} there and claim the name again.`,
      {
        facts: {
          ...facts,
          origin: short(facts.origin),
          reason: short(facts.reason),
        },
      },
    )
  }
}

/** Thrown when a publish or remove message is not newer than what is stored. */
export class SequenceStaleError extends BehestError {
  readonly code = 'SEQUENCE_STALE'
  readonly retry = 'never'

  constructor(facts: {
    agentId: string
    sequence: number
    storedSequence: number
  }) {
    super(
      `Agent "${facts.agentId}" already stands at sequence ${facts.storedSequence}, and ${facts.sequence} is not newer. Sign again with a sequence above ${facts.storedSequence}.`,
      { facts },
    )
  }
}

/** Thrown when a heartbeat was seen before. */
export class HeartbeatStaleError extends BehestError {
  readonly code = 'HEARTBEAT_STALE'
  readonly retry = 'never'

  constructor(facts: {
    agentId: string
    counter: number
    storedCounter: number
  }) {
    super(
      `Heartbeat ${facts.counter} of "${facts.agentId}" is not newer than ${facts.storedCounter}. Send one with a higher counter.`,
      { facts },
    )
  }
}

/** Thrown when a name could be mistaken for that of another owner's agent. */
export class NameTakenError extends BehestError {
  readonly code = 'NAME_TAKEN'
  readonly retry = 'never'

  constructor(facts: { name: string; takenBy: string }) {
    super(
      `The name "${short(facts.name)}" looks like that of "${facts.takenBy}", which belongs to another owner. Choose a name that cannot be mistaken for it.`,
      { facts: { name: short(facts.name), takenBy: facts.takenBy } },
    )
  }
}

/** Thrown when a URL may not be called by this registry. */
export class UrlRefusedError extends BehestError {
  readonly code = 'URL_REFUSED'
  readonly retry = 'never'

  constructor(facts: { url: string; reason: string }) {
    super(
      `The address "${short(facts.url)}" cannot be listed: ${short(facts.reason)}. Publish a public https address.`,
      { facts: { url: short(facts.url), reason: short(facts.reason) } },
    )
  }
}

/** Thrown when an owner holds as many agents as one owner may. */
export class QuotaExceededError extends BehestError {
  readonly code = 'QUOTA_EXCEEDED'
  readonly retry = 'never'

  constructor(facts: { owner: string; agents: number; maxAgents: number }) {
    super(
      `Owner ${facts.owner} has ${facts.agents} agents here, and ${facts.maxAgents} is the most. Remove one, or ask the operator for more.`,
      { facts },
    )
  }
}

/** Thrown when a cursor belongs to another query or an older index. */
export class CursorStaleError extends BehestError {
  readonly code = 'CURSOR_STALE'
  readonly retry = 'same-input'

  constructor(facts: { reason: string }) {
    super(
      `This cursor no longer fits: ${facts.reason}. Ask again without a cursor.`,
      { facts },
    )
  }
}

/** Thrown when a question asks for more than one answer may hold. */
export class QueryRefusedError extends BehestError {
  readonly code = 'QUERY_REFUSED'
  readonly retry = 'never'

  constructor(facts: { reason: string }) {
    super(`The query cannot be answered: ${facts.reason}. Narrow it.`, {
      facts,
    })
  }
}

/** Thrown when this replica has not yet seen what the caller has. */
export class IndexBehindError extends BehestError {
  readonly code = 'INDEX_BEHIND'
  readonly retry = 'same-input'

  constructor(facts: { minSeq: number; indexSeq: number }) {
    super(
      `This replica has read up to ${facts.indexSeq}, and ${facts.minSeq} was asked for. Ask again in a second.`,
      { facts },
    )
  }
}

/** Thrown when a receipt does not hold together. */
export class ReceiptRefusedError extends BehestError {
  readonly code = 'RECEIPT_REFUSED'
  readonly stage = 'receipt'
  readonly retry = 'never'

  constructor(facts: { reason: string }) {
    super(
      `The receipt is not accepted: ${short(facts.reason, 300)}. Send a receipt as the engine signed it.`,
      { facts: { reason: short(facts.reason, 300) } },
    )
  }
}

/** Thrown when a file of manifests has a line that is none. */
export class ManifestMalformedError extends BehestError {
  readonly code = 'MANIFEST_MALFORMED'
  readonly retry = 'never'

  constructor(facts: { line: number; reason: string }) {
    super(
      `Line ${facts.line} is not an agent manifest: ${short(facts.reason, 300)}. Write one JSON object a line with at least a name.`,
      { facts: { line: facts.line, reason: short(facts.reason, 300) } },
    )
  }
}

/** Thrown when the registry does not yet know what it needs to answer. */
export class RegistryNotReadyError extends BehestError {
  readonly code = 'REGISTRY_NOT_READY'
  readonly retry = 'same-input'

  constructor(facts: { missing: string }) {
    super(
      `The registry is not ready: ${facts.missing}. Ask again in a second.`,
      { facts },
    )
  }
}

/** Thrown when an agent has no place on chain that this registry knows of. */
export class AnchorAbsentError extends BehestError {
  readonly code = 'ANCHOR_ABSENT'
  readonly retry = 'never'

  constructor(facts: { agentId: string; reason: string }) {
    super(
      `Agent "${short(facts.agentId)}" is not anchored: ${facts.reason}. Its owner anchors it with "behest agents anchor".`,
      { facts: { agentId: short(facts.agentId), reason: facts.reason } },
    )
  }
}

/** Thrown when the chain does not say that a number is that of an agent. */
export class AnchorRefusedError extends BehestError {
  readonly code = 'ANCHOR_REFUSED'
  readonly retry = 'never'

  constructor(facts: { agentId: string; tokenId: string; reason: string }) {
    super(
      `Number ${facts.tokenId} is not that of "${facts.agentId}": ${short(facts.reason, 300)}. Write it on chain as the agent's owner, then hand the number in again.`,
      { facts: { ...facts, reason: short(facts.reason, 300) } },
    )
  }
}
