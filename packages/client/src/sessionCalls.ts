import { type Address, addressSchema, type Hex } from '@behest/spec'
import * as z from 'zod'
import type { CallOptions, createHttp } from './http/createHttp.js'

const currentSchema = z.object({
  isRequired: z.boolean(),
  account: addressSchema.optional(),
})
const startSchema = z.object({
  nonce: z.string(),
  domain: z.string(),
  uri: z.string(),
  chainId: z.int(),
  message: z.string().optional(),
})
const sessionSchema = z.object({
  account: addressSchema,
  token: z.string(),
  expiresAt: z.string(),
})

/** Who is signed in, and whether anybody has to be. */
export type CurrentSession = z.output<typeof currentSchema>

/** A session: the token is sent as `Authorization: Bearer …`. */
export type Session = z.output<typeof sessionSchema>

/** How a person signs in where many reach the server. */
export type SessionCalls = {
  /** Who is signed in here, and whether anybody has to be. */
  readonly current: (options?: CallOptions) => Promise<CurrentSession>
  /** A nonce that is good for one signature, and what to sign with it. */
  readonly start: (
    input: { readonly address: Address },
    options?: CallOptions,
  ) => Promise<z.output<typeof startSchema>>
  /** Begins a session for what an account signed (EIP-4361). */
  readonly begin: (
    input: { readonly message: string; readonly signature: Hex },
    options?: CallOptions,
  ) => Promise<Session>
  /** Ends the session that the request belongs to. */
  readonly end: (options?: CallOptions) => Promise<CurrentSession>
}

/** Builds the calls of sessions over an HTTP client. */
export function buildSessionCalls(
  http: ReturnType<typeof createHttp>,
): SessionCalls {
  return {
    current: (call) =>
      http.ask(
        { method: 'GET', path: '/v1/sessions/current', ...call },
        currentSchema,
      ),
    start: (input, call) =>
      http.ask(
        { method: 'POST', path: '/v1/sessions/nonce', body: input, ...call },
        startSchema,
      ),
    begin: (input, call) =>
      http.ask(
        { method: 'POST', path: '/v1/sessions', body: input, ...call },
        sessionSchema,
      ),
    end: (call) =>
      http.ask(
        { method: 'DELETE', path: '/v1/sessions/current', ...call },
        currentSchema,
      ),
  }
}
