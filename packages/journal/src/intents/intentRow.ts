import type {
  Address,
  Hex,
  IntentStatus,
  Problem,
  Stage,
  StoredIntent,
  WireArtifact,
} from '@behest/spec'
import { toHex } from '../sql/bytes.js'

export type IntentRow = {
  readonly id: string
  readonly position: string
  readonly account: Buffer
  readonly chain_id: string
  readonly utterance: string
  readonly stage: Stage
  readonly status: IntentStatus
  readonly problem: string | null
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
}

export type ArtifactRow = {
  readonly intent_id: string
  readonly stage: Stage
  readonly hash: Buffer
  readonly body: string
}

export const intentColumns =
  'id, position, account, chain_id, utterance, stage, status, problem, version, created_at, updated_at'

/** Puts an intent together from its row and the artifacts that hold now. */
export function toStoredIntent(
  row: IntentRow,
  artifacts: readonly ArtifactRow[],
): StoredIntent {
  return {
    id: row.id,
    account: toHex(row.account) as Address,
    chainId: Number(row.chain_id),
    utterance: JSON.parse(row.utterance) as string,
    stage: row.stage,
    status: row.status,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    ...(row.problem === null
      ? {}
      : { problem: JSON.parse(row.problem) as Problem }),
    artifacts: artifacts.map(({ stage, hash, body }) => ({
      stage,
      hash: toHex(hash) as Hex,
      body: JSON.parse(body) as WireArtifact,
    })),
  }
}
