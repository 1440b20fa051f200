import {
  type Artifact,
  type Message,
  type Part,
  Role,
  type Task,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk'
import {
  getApprovalHash,
  type IntentRecord,
  previewSchema,
  questionSchema,
  receiptSchema,
} from '@behest/spec'
import * as z from 'zod'
import { sayRecord } from '../desk/sayRecord.js'

/** An intent as a task: which, in whose context, and where to approve it. */
export type TaskOptions = {
  readonly record: IntentRecord
  readonly taskId: string
  readonly contextId: string
  /** The page on which a person approves. */
  readonly link: string
}

/**
 * Draws an intent as a task of A2A. Questions make it input-required and a plan
 * auth-required; the receipt and the answer are its artifacts.
 */
export function toTask(options: TaskOptions): Task {
  const { record, taskId, contextId } = options
  return {
    id: taskId,
    contextId,
    status: toStatus(options),
    artifacts: toArtifacts(record),
    history: [
      {
        ...toMessage(options, [toTextPart(record.utterance)]),
        messageId: `${record.id}-utterance`,
        role: Role.ROLE_USER,
      },
    ],
    metadata: { intentId: record.id, stage: record.stage },
  }
}

/** The state of an intent in the words of A2A. */
export function toState(record: IntentRecord): TaskState {
  switch (record.status) {
    case 'running':
    case 'unknown':
      return TaskState.TASK_STATE_WORKING
    case 'needs-answer':
      return TaskState.TASK_STATE_INPUT_REQUIRED
    case 'needs-approval':
      return TaskState.TASK_STATE_AUTH_REQUIRED
    case 'done': {
      const outcome = record.artifacts.receipt?.receipt.outcome
      return outcome === undefined || outcome === 'MET'
        ? TaskState.TASK_STATE_COMPLETED
        : TaskState.TASK_STATE_FAILED
    }
    case 'failed':
      return record.problem?.code === 'NOT_A_REQUEST'
        ? TaskState.TASK_STATE_REJECTED
        : TaskState.TASK_STATE_FAILED
    case 'rejected':
    case 'cancelled':
      return TaskState.TASK_STATE_CANCELED
    default:
      return record.status satisfies never
  }
}

/** The status of a task, with what it needs. */
export function toStatus(options: TaskOptions): TaskStatus {
  const { record, link } = options
  const parts: Part[] = [toTextPart(sayRecord(record))]
  if (record.status === 'needs-answer')
    parts.push(
      toDataPart({
        type: 'behest.questions',
        questions: (record.questions ?? []).map((question) =>
          z.encode(questionSchema, question),
        ),
        answerWith: { type: 'behest.answers', answers: {} },
      }),
    )
  const planHash = getApprovalHash(record)
  if (record.status === 'needs-approval' && planHash !== undefined)
    parts.push(
      toDataPart({
        type: 'behest.approval-request',
        intentId: record.id,
        planHash,
        ...(record.preview
          ? { preview: z.encode(previewSchema, record.preview) }
          : { order: record.order ?? null }),
        approveAt: link,
        approveWith: { type: 'behest.approval', planHash, decision: 'approve' },
      }),
    )
  if (record.problem)
    parts.push(toDataPart({ type: 'behest.problem', problem: record.problem }))
  return {
    state: toState(record),
    message: {
      ...toMessage(options, parts),
      messageId: `${record.id}-${record.updatedAt}`,
    },
    timestamp: record.updatedAt,
  }
}

/** A status that says what just happened. */
export function toProgress(
  options: Omit<TaskOptions, 'record' | 'link'> & {
    readonly text: string
    readonly at: string
    readonly sequence: number
  },
): TaskStatus {
  return {
    state: TaskState.TASK_STATE_WORKING,
    message: {
      ...toMessage(options, [toTextPart(options.text)]),
      messageId: `${options.taskId}-event-${options.sequence}`,
    },
    timestamp: options.at,
  }
}

/** What an intent gave. */
export function toArtifacts(record: IntentRecord): Artifact[] {
  const { receipt } = record.artifacts.receipt ?? {}
  const artifacts: Artifact[] = []
  if (record.answer)
    artifacts.push(
      toArtifact('answer', 'The answer, in words and values', [
        toTextPart(record.answer.text),
        toDataPart({ type: 'behest.answer', ...record.answer }),
      ]),
    )
  if (receipt)
    artifacts.push(
      toArtifact('receipt', 'Promised against realised, signed', [
        toDataPart({
          type: 'behest.receipt',
          receipt: z.encode(receiptSchema, receipt),
        }),
      ]),
    )
  return artifacts
}

function toArtifact(
  artifactId: string,
  description: string,
  parts: Part[],
): Artifact {
  return {
    artifactId,
    name: artifactId,
    description,
    parts,
    metadata: undefined,
    extensions: [],
  }
}

function toMessage(
  options: { readonly taskId: string; readonly contextId: string },
  parts: Part[],
): Message {
  return {
    messageId: '',
    contextId: options.contextId,
    taskId: options.taskId,
    role: Role.ROLE_AGENT,
    parts,
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  }
}

function toTextPart(value: string): Part {
  return {
    content: { $case: 'text', value },
    mediaType: 'text/plain',
    filename: '',
    metadata: undefined,
  }
}

function toDataPart(value: Readonly<Record<string, unknown>>): Part {
  return {
    content: { $case: 'data', value },
    mediaType: 'application/json',
    filename: '',
    metadata: undefined,
  }
}
