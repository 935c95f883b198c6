/** A reader of CSV by RFC 4180, independent of the writer: rows of cells. Throws on what the RFC does not allow. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let position = 0;
  while (position < text.length) {
    const [cell, next] = text[position] === '"' ? quoted(text, position) : bare(text, position);
    row.push(cell);
    const end = text[next];
    if (end !== "," && end !== "\n") throw new Error(`no separator after a cell at ${next}`);
    if (end === "\n") {
      rows.push(row);
      row = [];
    }
    position = next + 1;
  }
  if (row.length > 0) throw new Error("the last line lacks its end");
  return rows;
}

function bare(text: string, start: number): [string, number] {
  const length = text.slice(start).search(/[,\n]/);
  const cell = text.slice(start, start + length);
  if (length < 0 || /["\r]/.test(cell)) throw new Error(`a bare cell with a quote or return at ${start}`);
  return [cell, start + length];
}

function quoted(text: string, start: number): [string, number] {
  let end = start + 1;
  while (text[end] !== '"' || text[end + 1] === '"') {
    if (end >= text.length) throw new Error(`a quote without end at ${start}`);
    end += text[end] === '"' ? 2 : 1;
  }
  return [text.slice(start + 1, end).replaceAll('""', '"'), end + 1];
}
