import { BehestError, type Problem, type Retry, type Stage } from '@behest/spec'

/** Thrown when an API answers with a problem: it understood, and says no. */
export class ApiProblemError extends BehestError {
  readonly code: string
  readonly retry: Retry
  declare readonly stage?: Stage
  /** The HTTP status. */
  readonly status: number
  /** The problem as it was sent. */
  readonly problem: Problem

  constructor(options: {
    readonly method: string
    readonly path: string
    readonly problem: Problem
  }) {
    const { method, path, problem } = options
    super(problem.detail, {
      facts: { ...problem.facts, status: problem.status, method, path },
    })
    this.code = problem.code
    this.retry = problem.retry
    this.status = problem.status
    this.problem = problem
    if (problem.stage !== undefined) this.stage = problem.stage
  }
}
