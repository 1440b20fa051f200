import { type Message, type Part, Role } from '@a2a-js/sdk'
import {
  ContentTypeNotSupportedError,
  InvalidAgentResponseError,
  PushNotificationNotSupportedError,
  RequestMalformedError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import type { A2ARequestHandler } from '@a2a-js/sdk/server'
import { capabilityExtensionUri } from '@behest/spec'
import type { AgentCardJson } from '../card/AgentCard.js'
import {
  AgentTooSlowError,
  QuoteRequestMalformedError,
  type Quoter,
  type WireAnswer,
} from '../quote/createQuoter.js'
import {
  ReceiptNotMineError,
  ReceiptRequestMalformedError,
} from '../sign/signReceipt.js'
import { isPayingCaller } from './Caller.js'

type AgentCard = Awaited<ReturnType<A2ARequestHandler['getAgentCard']>>

/**
 * Creates the A2A side of one agent: a message with a request in, a message
 * with a quote or a decline out; or a receipt in, a signature out.
 *
 * Stateless on purpose: a quote is the whole answer, so there are no tasks to
 * store, no streams to resume and no webhooks to be tricked into calling.
 *
 * @param options.card - The agent's card.
 * @param options.quoter - What answers.
 * @param options.isPaid - Whether a quote costs something.
 * @param options.onError - Told about failures that the peer learns little of.
 */
export function createQuoteRequestHandler(options: {
  readonly card: AgentCardJson
  readonly quoter: Quoter
  /** Quotes are only for callers that came through the paywall. */
  readonly isPaid?: boolean
  readonly onError: (error: unknown) => void
}): A2ARequestHandler {
  const { card, quoter, onError } = options
  const noTask = async (): Promise<never> => {
    throw new TaskNotFoundError(
      'This agent answers with messages and keeps no tasks.',
    )
  }
  const noStream = (): never => {
    throw new UnsupportedOperationError(
      'This agent does not stream. Use SendMessage.',
    )
  }
  const noPush = async (): Promise<never> => {
    throw new PushNotificationNotSupportedError(
      'This agent sends no push notifications.',
    )
  }
  return {
    // The handlers read the interfaces, to compare protocol versions, and
    // nothing else: the card itself is served as its signed text.
    getAgentCard: async () => card as unknown as AgentCard,
    getAuthenticatedExtendedAgentCard: async () => {
      throw new UnsupportedOperationError('This agent has one card for all.')
    },
    async sendMessage({ message }, context) {
      const wire = findRequest(message)
      if (context.requestedExtensions?.includes(capabilityExtensionUri))
        context.addActivatedExtension(capabilityExtensionUri)
      // The paywall looks at the same message; what it did not understand as a
      // request must not become one here.
      if (
        options.isPaid === true &&
        quoter.isServed(wire) &&
        !isPayingCaller(context.user)
      )
        throw new UnsupportedOperationError(
          'A quote of this agent is paid for by x402. Send one data part in one message.',
        )
      try {
        const answer = isReceiptRequest(wire)
          ? await quoter.signReceipt(wire)
          : await quoter.answer(wire)
        return toMessage(answer, message)
      } catch (error) {
        if (
          error instanceof QuoteRequestMalformedError ||
          error instanceof ReceiptRequestMalformedError ||
          error instanceof ReceiptNotMineError
        )
          throw new RequestMalformedError(error.shortMessage)
        onError(error)
        // The cause is the author's business: it may name nodes and keys.
        throw new InvalidAgentResponseError(
          error instanceof AgentTooSlowError
            ? 'The agent did not answer in time.'
            : 'The agent failed to quote.',
        )
      }
    },
    sendMessageStream: noStream,
    resubscribe: noStream,
    getTask: noTask,
    cancelTask: noTask,
    listTasks: async () => ({
      tasks: [],
      nextPageToken: '',
      pageSize: 0,
      totalSize: 0,
    }),
    createTaskPushNotificationConfig: noPush,
    getTaskPushNotificationConfig: noPush,
    listTaskPushNotificationConfigs: noPush,
    deleteTaskPushNotificationConfig: noPush,
  }
}

function isReceiptRequest(wire: unknown): boolean {
  return (
    typeof wire === 'object' &&
    wire !== null &&
    'type' in wire &&
    wire.type === 'behest.receipt-request'
  )
}

function findRequest(message: Message | undefined): unknown {
  if (message === undefined || message.messageId === '')
    throw new RequestMalformedError('message.messageId is required.')
  const data = message.parts.filter((part) => part.content?.$case === 'data')
  const [only] = data
  if (only === undefined)
    throw new ContentTypeNotSupportedError(
      'This agent understands one data part with a behest.quote-request. See the schemas in its card.',
    )
  if (data.length > 1)
    throw new RequestMalformedError(
      `The message holds ${data.length} data parts. Send one request in one message.`,
    )
  return only.content?.value
}

function toMessage(answer: WireAnswer, asked: Message | undefined): Message {
  const part: Part = {
    content: { $case: 'data', value: answer },
    mediaType: 'application/json',
    filename: '',
    metadata: undefined,
  }
  return {
    // From the answer, so that the same request gets the same message.
    messageId: `m_${String(answer.quoteId ?? answer.requestId)}`,
    contextId: asked?.contextId ?? '',
    taskId: '',
    role: Role.ROLE_AGENT,
    parts: [part],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  }
}
