import type * as z from 'zod'
import { parsePart } from '../http/problem.js'
import type { Route } from './Route.js'
import { agentPathSchema, emptyQuerySchema } from './schemas.js'

type Described = Pick<Route, 'name' | 'summary'> & {
  /** What follows the agent in the path, e.g. `/health`. */
  readonly below?: string
  /** What the answer is, in words. */
  readonly says: string
  readonly answer: z.ZodType
}

/** Builds a call that reads something of one agent. */
export function toAgentRead(
  options: Described & {
    readonly limit?: Route['limit']
    readonly problems?: readonly number[]
    readonly read: (agentId: string) => Promise<unknown>
  },
): Route {
  const { name, summary, below = '', says, answer, read } = options
  return {
    method: 'get',
    path: `/v1/agents/{id}${below}`,
    name,
    summary,
    parameters: agentPathSchema,
    query: emptyQuerySchema,
    answers: { 200: { says, schema: answer } },
    problems: [404, ...(options.problems ?? [])],
    limit: options.limit ?? 'search',
    handle: async (request, response) => {
      const { id } = parsePart(agentPathSchema, 'path', request.params)
      response.json(await read(id))
    },
  }
}

/** Builds a call that changes something of one agent. */
export function toAgentWrite<Body extends z.ZodType>(
  options: Described & {
    readonly method: 'post' | 'delete'
    readonly body: Body
    readonly limit?: Route['limit']
    readonly problems: readonly number[]
    readonly write: (agentId: string, body: z.output<Body>) => Promise<unknown>
  },
): Route {
  const { method, name, summary, below = '', says, answer, body } = options
  return {
    method,
    path: `/v1/agents/{id}${below}`,
    name,
    summary,
    parameters: agentPathSchema,
    query: emptyQuerySchema,
    body,
    answers: { 200: { says, schema: answer } },
    problems: [404, 413, 415, 422, ...options.problems],
    limit: options.limit ?? 'write',
    handle: async (request, response) => {
      const { id } = parsePart(agentPathSchema, 'path', request.params)
      response.json(
        await options.write(id, parsePart(body, 'body', request.body)),
      )
    },
  }
}
