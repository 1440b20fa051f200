import { getApprovalHash, type Hex, type IntentRecord } from '@behest/spec'

/** Which intent, and which plan of it, a message of ours was about. */
export type Reference = {
  readonly intentId: string
  /** Of the plan or the terms that were shown and waited; absent where none did. */
  readonly planHash?: Hex
}

const line =
  /^[`*_> ]*(?:plan (0x[0-9a-f]{64}) · )?intent ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[`*_ ]*$/gim

/** Says which intent and plan a message is about: its last line. */
export function sayReference(reference: Reference): string {
  const intent = `intent ${reference.intentId}`
  return reference.planHash === undefined
    ? intent
    : `plan ${reference.planHash} · ${intent}`
}

/** Finds every reference of a message, in order. */
export function findReferences(text: string): readonly Reference[] {
  return [...text.matchAll(line)].map(([, planHash, intentId = '']) => ({
    intentId: intentId.toLowerCase(),
    ...(planHash === undefined
      ? {}
      : { planHash: planHash.toLowerCase() as Hex }),
  }))
}

/** What a message about this record refers to. */
export function toReference(record: IntentRecord): Reference {
  const planHash = getApprovalHash(record)
  return {
    intentId: record.id,
    ...(record.status === 'needs-approval' && planHash !== undefined
      ? { planHash }
      : {}),
  }
}
