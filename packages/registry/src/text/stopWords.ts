/** Words that say nothing about what is wanted, request filler among them. */
export const stopWords: ReadonlySet<string> = new Set(
  `a about all also am an and any are as at be been but by can could did do does
  for from get give go had has have help here hey hi how i if in into is it its
  just kindly let like ll me my need no now of on or our out please re s should
  so some t tell than that the their them then there these they this those to
  up us ve want was we were what when where which who will with would you your
  thank thanks hello dear very much really quite maybe may might shall ok okay`.split(
    /\s+/,
  ),
)
