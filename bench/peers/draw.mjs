// Draws plots as plain SVG, readable in the light and in the dark.
const colours = ['#0b7285', '#e8590c', '#7048e8', '#868e96']
const width = 640
const height = 360
const margin = { left: 64, right: 130, top: 36, bottom: 48 }

/** Draws lines over two logarithmic axes. */
export function drawLines({ title, xLabel, yLabel, lines }) {
  const points = lines.flatMap((line) => line.points)
  const range = (index) => {
    const logs = points.map((point) => Math.log10(point[index]))
    return [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))]
  }
  const [xLow, xHigh] = range(0)
  const [yLow, yHigh] = range(1)
  const x = (value) =>
    margin.left +
    ((Math.log10(value) - xLow) / (xHigh - xLow || 1)) *
      (width - margin.left - margin.right)
  const y = (value) =>
    height -
    margin.bottom -
    ((Math.log10(value) - yLow) / (yHigh - yLow || 1)) *
      (height - margin.top - margin.bottom)
  const rows = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="20" font-size="14" font-weight="600" fill="#212529">${title}</text>`,
  ]
  const label = (power) =>
    power >= 0 && power < 7
      ? (10 ** power).toLocaleString('en-US')
      : `1e${power}`
  for (let power = xLow; power <= xHigh; power++) {
    const at = x(10 ** power)
    rows.push(
      `<line x1="${at}" x2="${at}" y1="${margin.top}" y2="${height - margin.bottom}" stroke="#e9ecef"/>`,
      `<text x="${at}" y="${height - margin.bottom + 16}" text-anchor="middle" fill="#495057">${label(power)}</text>`,
    )
  }
  for (let power = yLow; power <= yHigh; power++) {
    const at = y(10 ** power)
    rows.push(
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}" stroke="#e9ecef"/>`,
      `<text x="${margin.left - 8}" y="${at + 4}" text-anchor="end" fill="#495057">${label(power)}</text>`,
    )
  }
  rows.push(
    `<text x="${(margin.left + width - margin.right) / 2}" y="${height - 10}" text-anchor="middle" fill="#212529">${xLabel}</text>`,
    `<text transform="translate(16 ${height / 2}) rotate(-90)" text-anchor="middle" fill="#212529">${yLabel}</text>`,
  )
  for (const [i, line] of lines.entries()) {
    const colour = colours[i % colours.length]
    const sorted = [...line.points].sort((left, right) => left[0] - right[0])
    if (line.dots !== true)
      rows.push(
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${sorted.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ')}"/>`,
      )
    for (const [px, py] of sorted)
      rows.push(
        `<circle cx="${x(px).toFixed(1)}" cy="${y(py).toFixed(1)}" r="${line.dots === true ? 2 : 3}" fill="${colour}"/>`,
      )
    rows.push(
      `<text x="${width - margin.right + 10}" y="${margin.top + 16 + i * 18}" fill="${colour}">${line.name}</text>`,
    )
  }
  rows.push('</svg>')
  return `${rows.join('\n')}\n`
}
