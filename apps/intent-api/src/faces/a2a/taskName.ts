import { RequestMalformedError, TaskNotFoundError } from '@a2a-js/sdk/errors'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const name =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:~([\w.:-]{1,128}))?$/

/** Which intent a task is, and in which context it was begun. */
export type TaskName = {
  readonly taskId: string
  readonly intentId: string
  readonly contextId: string
}

/**
 * Names the task of an intent. A context that the client brought is part of the
 * name, so that any process can tell it without having kept it.
 *
 * @throws {RequestMalformedError} when the context has characters that no name has.
 */
export function toTaskName(intentId: string, contextId: string): TaskName {
  if (contextId === '' || contextId === intentId)
    return { taskId: intentId, intentId, contextId: intentId }
  const taskId = `${intentId}~${contextId}`
  if (!name.test(taskId))
    throw new RequestMalformedError(
      'contextId must be 1 to 128 letters, digits and . : _ - characters. Leave it out to get one.',
    )
  return { taskId, intentId, contextId }
}

/**
 * Reads the name of a task.
 *
 * @throws {TaskNotFoundError} when it is no name of ours.
 */
export function parseTaskName(taskId: string): TaskName {
  const [, intentId, contextId] = name.exec(taskId) ?? []
  if (intentId === undefined)
    throw new TaskNotFoundError(`There is no task "${taskId.slice(0, 80)}".`)
  return { taskId, intentId, contextId: contextId ?? intentId }
}

/** Tells whether a context may be the one that an intent made for itself. */
export function isOwnContext(contextId: string): boolean {
  return uuid.test(contextId)
}
