import type { JsonValue } from '@behest/spec'
import * as z from 'zod'
import type { CallOptions, Http } from './http/createHttp.js'
import {
  type AgentTransfer,
  type AgentVersion,
  agentStatusSchema,
  agentTransferSchema,
  agentVersionSchema,
  type ImportAnswer,
  importAnswerSchema,
  type LeasePage,
  leasePageSchema,
  type McpServerEntry,
  type McpServerPage,
  mcpServerEntrySchema,
  mcpServerPageSchema,
} from './registrySchemas.js'

/** What mirrors, operators and readers of the MCP view ask for. */
export type RegistryCalls = {
  /** The versions of an agent's card, the newest first. */
  readonly versions: (
    agentId: string,
    options?: CallOptions,
  ) => Promise<readonly AgentVersion[]>
  /** How an agent came to its owner, the oldest hand-over first. */
  readonly transfers: (
    agentId: string,
    options?: CallOptions,
  ) => Promise<readonly AgentTransfer[]>
  /** Leases in the order of their renewals: what mirrors follow. */
  readonly leases: (
    input?: { readonly limit?: number; readonly cursor?: string },
    options?: CallOptions,
  ) => Promise<LeasePage>
  /** For the operator, who sends its token in `headers` of the client. */
  readonly operator: {
    /** Loads manifests in bulk; nothing is signed, and they are marked so. */
    readonly import: (
      manifests: readonly JsonValue[],
      options?: CallOptions,
    ) => Promise<ImportAnswer>
    /** Suspends an agent, or lifts its suspension. Gives its status after it. */
    readonly suspend: (
      agentId: string,
      input: { readonly type: 'suspend' | 'lift'; readonly reason: string },
      options?: CallOptions,
    ) => Promise<string>
  }
  /** The same agents as an MCP registry lists servers. */
  readonly mcp: {
    /** The servers, page by page. */
    readonly list: (
      input?: {
        readonly limit?: number
        readonly cursor?: string
        readonly search?: string
        readonly updated_since?: string
        readonly version?: string
        readonly include_deleted?: 'true' | 'false'
      },
      options?: CallOptions,
    ) => Promise<McpServerPage>
    /** The versions of one server, the newest first. */
    readonly versions: (
      name: string,
      options?: CallOptions,
    ) => Promise<McpServerPage>
    /** One version of a server, such as `latest`. */
    readonly get: (
      name: string,
      version: string,
      options?: CallOptions,
    ) => Promise<McpServerEntry>
  }
}

/** Builds these calls over an HTTP client. */
export function buildRegistryCalls(http: Http): RegistryCalls {
  const agentPath = (agentId: string, rest: string) =>
    `/v1/agents/${encodeURIComponent(agentId)}${rest}`
  const serverPath = (name: string, rest: string) =>
    `/v0.1/servers/${encodeURIComponent(name)}/versions${rest}`
  return {
    versions: async (agentId, call) => {
      const { versions } = await http.ask(
        { method: 'GET', path: agentPath(agentId, '/versions'), ...call },
        z.object({ versions: z.array(agentVersionSchema) }),
      )
      return versions
    },
    transfers: async (agentId, call) => {
      const { transfers } = await http.ask(
        { method: 'GET', path: agentPath(agentId, '/transfers'), ...call },
        z.object({ transfers: z.array(agentTransferSchema) }),
      )
      return transfers
    },
    leases: (input, call) =>
      http.ask(
        { method: 'GET', path: '/v1/leases', query: { ...input }, ...call },
        leasePageSchema,
      ),
    operator: {
      import: (manifests, call) =>
        http.ask(
          {
            method: 'POST',
            path: '/v1/operator/import',
            lines: manifests.map((one) => `${JSON.stringify(one)}\n`).join(''),
            ...call,
          },
          importAnswerSchema,
        ),
      suspend: async (agentId, input, call) => {
        const { status } = await http.ask(
          {
            method: 'POST',
            path: `/v1/operator/agents/${encodeURIComponent(agentId)}/suspension`,
            body: input,
            ...call,
          },
          z.object({ status: agentStatusSchema }),
        )
        return status
      },
    },
    mcp: {
      list: (input, call) =>
        http.ask(
          {
            method: 'GET',
            path: '/v0.1/servers',
            query: { ...input },
            ...call,
          },
          mcpServerPageSchema,
        ),
      versions: (name, call) =>
        http.ask(
          { method: 'GET', path: serverPath(name, ''), ...call },
          mcpServerPageSchema,
        ),
      get: (name, version, call) =>
        http.ask(
          {
            method: 'GET',
            path: serverPath(name, `/${encodeURIComponent(version)}`),
            ...call,
          },
          mcpServerEntrySchema,
        ),
    },
  }
}
