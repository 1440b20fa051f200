import type { Request, Response } from 'express'
import type * as z from 'zod'

/** One call of the API: its description and what answers it, in one place. */
export type Route = {
  readonly method: 'get' | 'post' | 'delete'
  /** As OpenAPI writes it: `/v1/agents/{id}`. */
  readonly path: string
  readonly name: string
  readonly summary: string
  readonly parameters?: z.ZodObject
  readonly query: z.ZodObject
  readonly body?: z.ZodType
  /** `lines`: the handler reads the body itself, line by line. */
  readonly bodyKind?: 'json' | 'lines'
  readonly answers: Readonly<
    Record<number, { readonly says: string; readonly schema: z.ZodType }>
  >
  readonly problems: readonly number[]
  readonly limit: 'search' | 'write' | 'explain' | 'none'
  readonly access?: 'operator'
  readonly handle: (request: Request, response: Response) => Promise<void>
}
