import type { StreamResponse } from '@a2a-js/sdk'
import type { IntentEvent, IntentRecord } from '@behest/spec'
import { isOpen } from '../desk/createDesk.js'
import { sayEvent } from '../desk/sayRecord.js'
import type { TaskName } from './taskName.js'
import { toArtifacts, toProgress, toStatus } from './toTask.js'

/** What a watcher is told of one event; a question and a plan need the record. */
export async function tellEvent(options: {
  readonly event: IntentEvent
  readonly name: TaskName
  readonly link: string
  readonly readRecord: () => Promise<IntentRecord>
}): Promise<StreamResponse | undefined> {
  const { event, name, link } = options
  // How it ended is told with what came of it: see `tellRest`.
  if (!isOpen(event.status)) return undefined
  const isWaiting = event.status !== 'running' && event.status !== 'unknown'
  const record = isWaiting ? await options.readRecord() : undefined
  // Who is told late hears that it waited, and not what it came to since.
  if (record?.status === event.status)
    return toUpdate(name, toStatus({ record, ...name, link }))
  return toUpdate(
    name,
    toProgress({
      taskId: name.taskId,
      contextId: name.contextId,
      text: sayEvent(event),
      at: event.at,
      sequence: event.sequence,
    }),
  )
}

/** What a watcher is told where a task rests: what came of it, and its status. */
export function tellRest(options: {
  readonly record: IntentRecord
  readonly name: TaskName
  readonly link: string
}): readonly StreamResponse[] {
  const { record, name, link } = options
  const { taskId, contextId } = name
  return [
    ...toArtifacts(record).map(
      (artifact): StreamResponse => ({
        payload: {
          $case: 'artifactUpdate',
          value: {
            taskId,
            contextId,
            artifact,
            append: false,
            lastChunk: true,
            metadata: undefined,
          },
        },
      }),
    ),
    toUpdate(name, toStatus({ record, ...name, link })),
  ]
}

function toUpdate(
  { taskId, contextId }: TaskName,
  status: ReturnType<typeof toStatus>,
): StreamResponse {
  return {
    payload: {
      $case: 'statusUpdate',
      value: { taskId, contextId, status, metadata: undefined },
    },
  }
}
