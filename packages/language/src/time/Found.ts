import type { Point, TimePart } from './TimePart.js'

export type Found = { readonly part: TimePart; readonly next: number }

export type FoundPoint = {
  readonly point: Point
  readonly next: number
  readonly problem?: { reason: string; options?: readonly string[] }
}
