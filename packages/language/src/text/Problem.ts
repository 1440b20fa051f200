/** Why something said cannot be used as it stands. */
export type Problem = {
  readonly reason: string
  /** The readings that it could have, if there are some. */
  readonly options?: readonly string[]
}
