import type { Agent, ServedAction } from '../define/Agent.js'
import { defineToolAgent, type ToolAgentDefinition } from './defineToolAgent.js'

export type { ToolAgentDefinition } from './defineToolAgent.js'
export { ToolReplyMalformedError, toolQuoteSchema } from './readToolReply.js'

/** As much of a LangChain tool as is needed; every `StructuredTool` has it. */
export type LangChainTool = {
  readonly name: string
  readonly description: string
  // A method, so that tools with narrower inputs fit.
  invoke(
    input: never,
    config?: { readonly signal?: AbortSignal },
  ): Promise<unknown>
}

/**
 * Makes an agent of a LangChain tool.
 *
 * The tool is called with the request; what it answers is data. Only what passes
 * the schema of a quote goes on, and the agent's limits hold as for any other.
 *
 * @param tool - A tool of `@langchain/core`.
 * @param definition - What `defineAgent` takes, without `quote`; `summary` is the
 *   tool's description if absent.
 * @returns The agent, frozen.
 * @throws {AgentDefinitionError} when a field does not hold what it should.
 *
 * @example
 * ```ts source="./langchain.examples.ts#agent"
 * ```
 */
export function fromLangChainTool<const Served extends ServedAction>(
  tool: LangChainTool,
  definition: Omit<ToolAgentDefinition<Served>, 'summary'> & {
    readonly summary?: string
  },
): Agent<Served> {
  return defineToolAgent<Served>({
    tool: tool.name,
    definition: {
      ...definition,
      summary: definition.summary ?? tool.description,
    },
    call: (input, signal) => tool.invoke(input as never, { signal }),
  })
}
