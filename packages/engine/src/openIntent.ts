import {
  type Artifact,
  artifactSchema,
  BehestError,
  type IntentStatus,
  type IntentStorePort,
  type Problem,
  type Stage,
  type StoredIntent,
} from '@behest/spec'
import * as z from 'zod'
import { hashArtifact, toWire } from './hashArtifact.js'
import type { Linked } from './ports.js'

/** The artifact type of a stage. */
export type ArtifactOf<Name extends Stage> = Extract<Artifact, { stage: Name }>

/**
 * One intent while it is worked on: what is in the journal, and the only way to
 * add to it.
 */
export type OpenIntent = {
  readonly id: string
  stored(): StoredIntent
  /** The artifact that holds for a stage now, with its hash. */
  find<Name extends Stage>(stage: Name): Linked<ArtifactOf<Name>> | null
  /** The same, where the stage must have passed. */
  require<Name extends Stage>(stage: Name): Linked<ArtifactOf<Name>>
  /** Writes an artifact; those of later stages no longer hold. */
  append<Name extends Stage>(options: {
    readonly artifact: ArtifactOf<Name>
    readonly status: IntentStatus
    readonly message: string
  }): Promise<Linked<ArtifactOf<Name>>>
  setStatus(options: {
    readonly status: IntentStatus
    readonly message: string
    readonly problem?: Problem
  }): Promise<void>
}

/**
 * Opens an intent of the journal.
 *
 * @throws {IntentNotFoundError} when there is none with that id.
 */
export async function openIntent(
  store: IntentStorePort,
  id: string,
): Promise<OpenIntent> {
  const found = await store.get(id)
  if (!found) throw new IntentNotFoundError({ intentId: id })
  let stored = found

  const find = <Name extends Stage>(
    stage: Name,
  ): Linked<ArtifactOf<Name>> | null => {
    const entry = stored.artifacts.find((artifact) => artifact.stage === stage)
    if (!entry) return null
    const body = z.decode(artifactSchema, entry.body)
    return body.stage === stage
      ? { body: body as ArtifactOf<Name>, hash: entry.hash }
      : null
  }

  return {
    id,
    stored: () => stored,
    find,
    require(stage) {
      const entry = find(stage)
      if (!entry) throw new ArtifactMissingError({ intentId: id, stage })
      return entry
    },
    async append({ artifact, status, message }) {
      const hash = hashArtifact(artifact)
      stored = await store.append({
        intentId: id,
        expectedVersion: stored.version,
        stage: artifact.stage,
        hash,
        body: toWire(artifact),
        status,
        message: message.slice(0, 1000),
      })
      return { body: artifact, hash }
    },
    async setStatus({ status, message, problem }) {
      stored = await store.setStatus({
        intentId: id,
        expectedVersion: stored.version,
        status,
        message: message.slice(0, 1000),
        ...(problem === undefined ? {} : { problem }),
      })
    },
  }
}

/** Thrown when no intent has the id asked for. */
export class IntentNotFoundError extends BehestError {
  readonly code = 'INTENT_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { intentId: string }) {
    super(
      `There is no intent "${facts.intentId}". List the intents to see which there are.`,
      { facts },
    )
  }
}

/** Thrown when a stage is asked for that an intent has not passed. */
export class ArtifactMissingError extends BehestError {
  readonly code = 'ARTIFACT_MISSING'
  readonly retry = 'never'

  constructor(facts: { intentId: string; stage: Stage }) {
    super(
      `Intent ${facts.intentId} has not passed stage "${facts.stage}". Look at its state.`,
      { facts },
    )
  }
}
