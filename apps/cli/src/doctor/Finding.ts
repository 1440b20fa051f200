/** One thing that was looked at. */
export type Finding = {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'broken'
  readonly detail: string
  /** What to do about it; absent where nothing needs doing. */
  readonly todo?: string
}
