import { BehestError } from '@behest/spec'
import {
  Client,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import type { Agent, ServedAction } from '../define/Agent.js'
import { toPrintable } from '../text/toPrintable.js'
import { defineToolAgent, type ToolAgentDefinition } from './defineToolAgent.js'

export type { ToolAgentDefinition } from './defineToolAgent.js'
export { ToolReplyMalformedError, toolQuoteSchema } from './readToolReply.js'

/** An agent over a tool of an MCP server, and the way to let go of it. */
export type McpToolAgent<Served extends ServedAction> = {
  readonly agent: Agent<Served>
  /** Ends the connection to the server. */
  readonly close: () => Promise<void>
}

/**
 * Makes an agent of one tool of an MCP server (Streamable HTTP).
 *
 * The server is the author's own choice; what it answers is data all the same.
 * Structured content is taken where there is some, else the text. Only what
 * passes the schema of a quote goes on, and the agent's limits hold.
 *
 * @param options.url - Address of the server's MCP endpoint.
 * @param options.tool - Name of the tool.
 * @param definition - What `defineAgent` takes, without `quote`.
 * @returns The agent, and `close`.
 * @throws {McpToolUnusableError} when the server cannot be reached or has no such
 *   tool.
 * @throws {AgentDefinitionError} when a field does not hold what it should.
 *
 * @example
 * ```ts source="./mcp.examples.ts#agent"
 * ```
 */
export async function fromMcpTool<const Served extends ServedAction>(
  options: { readonly url: string; readonly tool: string },
  definition: ToolAgentDefinition<Served>,
): Promise<McpToolAgent<Served>> {
  const { url, tool } = options
  const client = new Client({
    name: definition.name,
    version: definition.version,
  })
  const fail = (reason: string, cause?: unknown) =>
    new McpToolUnusableError({ tool: toPrintable(tool, 100), reason }, cause)
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    const { tools } = await client.listTools()
    if (!tools.some(({ name }) => name === tool))
      throw fail('the server has no such tool')
  } catch (cause) {
    await client.close().catch(() => {}) // it may never have been open
    throw cause instanceof McpToolUnusableError
      ? cause
      : fail('the server cannot be reached', cause)
  }
  return {
    agent: defineToolAgent<Served>({
      tool,
      definition,
      call: async (input, signal) => {
        const result = await client.callTool(
          { name: tool, arguments: { ...input } },
          { signal },
        )
        if (result.isError === true) throw fail('it answered with an error')
        if (result.structuredContent !== undefined)
          return result.structuredContent
        const texts = result.content.flatMap((part) =>
          part.type === 'text' ? [part.text] : [],
        )
        return texts.join('\n')
      },
    }),
    close: () => client.close(),
  }
}

/** Thrown when a tool of an MCP server cannot be used. */
export class McpToolUnusableError extends BehestError {
  readonly code = 'MCP_TOOL_UNUSABLE'
  readonly retry = 'never'

  constructor(facts: { tool: string; reason: string }, cause?: unknown) {
    super(
      `Tool "${facts.tool}" cannot be used: ${facts.reason}. Check the address of the server and the name of the tool.`,
      { facts, cause },
    )
  }
}
