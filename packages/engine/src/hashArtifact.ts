import {
  type Artifact,
  artifactSchema,
  type Hex,
  type JsonValue,
  toCanonicalJson,
  type WireArtifact,
} from '@behest/spec'
import { keccak256, stringToBytes } from 'viem'
import * as z from 'zod'

/**
 * Hashes JSON in its one canonical form.
 *
 * @param value - Wire form: amounts are strings.
 * @returns keccak256 of its RFC 8785 text.
 */
export function hashJson(value: JsonValue): Hex {
  return keccak256(stringToBytes(toCanonicalJson(value)))
}

/** Turns an artifact into its wire form. */
export function toWire(artifact: Artifact): WireArtifact {
  return z.encode(artifactSchema, artifact)
}

/**
 * Hashes the artifact of a stage: the hash that the next one names.
 *
 * @param artifact - In memory form.
 * @returns keccak256 of the canonical JSON of its wire form.
 */
export function hashArtifact(artifact: Artifact): Hex {
  return hashJson(toWire(artifact) as JsonValue)
}
