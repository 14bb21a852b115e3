/**
 * Makes a compiled insert of one row one of several.
 * @param placeholder of the parameter with this number, from 1.
 */
export function repeatRow(
  insert: string,
  rows: number,
  placeholder: (number: number) => string,
): string {
  return insert.replace(/\bvalues \(((?:[$@]\d+|\?)(?:, (?:[$@]\d+|\?))*)\)/, (_, row: string) => {
    const width = row.split(', ').length;
    const list = Array.from({ length: rows }, (_row, index) => {
      const places = Array.from({ length: width }, (_place, column) =>
        placeholder(index * width + column + 1),
      );
      return `(${places.join(', ')})`;
    });
    return `values ${list.join(', ')}`;
  });
}
