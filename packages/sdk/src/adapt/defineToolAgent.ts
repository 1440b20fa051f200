import { instructionSchema, type JsonValue } from '@behest/spec'
import * as z from 'zod'
import type {
  Agent,
  AgentDefinition,
  AgentReply,
  InstructionOf,
  QuoteContext,
  ServedAction,
} from '../define/Agent.js'
import { defineAgent } from '../define/defineAgent.js'
import { readToolReply } from './readToolReply.js'

/** What an author declares for a tool: all of an agent but its function. */
export type ToolAgentDefinition<Served extends ServedAction> = Omit<
  AgentDefinition<Served>,
  'quote'
> & {
  /**
   * The tool's input for a request. If absent: `instruction`, `account`,
   * `chainId`, `blockNumber` and `deadlineUnixSeconds`, amounts as strings.
   */
  readonly toInput?: (
    instruction: InstructionOf<Served>,
    context: QuoteContext,
  ) => Readonly<Record<string, unknown>>
  /**
   * What the tool's output means. If absent it must itself be a decline, a quote
   * in wire form, or, to a question, words. Either way the SDK checks the result
   * field by field, and against the limits.
   */
  readonly toReply?: (
    output: unknown,
    instruction: InstructionOf<Served>,
    context: QuoteContext,
  ) => AgentReply
}

/** Defines an agent whose function is somebody's tool. */
export function defineToolAgent<const Served extends ServedAction>(options: {
  readonly tool: string
  readonly definition: ToolAgentDefinition<Served>
  readonly call: (
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => Promise<unknown>
}): Agent<Served> {
  const { tool, definition, call } = options
  const { toInput = toWireInput, toReply, ...rest } = definition
  return defineAgent<Served>({
    ...rest,
    async quote(instruction, context) {
      const output = await call(toInput(instruction, context), context.signal)
      return toReply === undefined
        ? readToolReply(output, {
            tool,
            isQuestion: instruction.action === 'ask',
          })
        : toReply(output, instruction, context)
    },
  })
}

function toWireInput(
  instruction: InstructionOf<ServedAction>,
  context: QuoteContext,
): Readonly<Record<string, JsonValue>> {
  return {
    instruction: z.encode(instructionSchema, instruction) as JsonValue,
    account: context.account,
    chainId: context.chainId,
    blockNumber: context.blockNumber.toString(),
    deadlineUnixSeconds: context.deadlineUnixSeconds,
  }
}
