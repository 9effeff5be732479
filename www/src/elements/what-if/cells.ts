import type { PatchCell, Patching, PatchGrid } from '../../api/charts';

/** What a cell says does not depend on how large it is drawn. */
export const ANY = { width: 640, height: 480 };

/** All of a grid, or of one head of each layer, strongest first: values are normalised by the grid. */
export function cellsOf(grid: PatchGrid, { shape: [layers = 0, rows = 0] }: Patching, head: number): PatchCell[] {
  const view = { ...ANY, head };
  const cells = Array.from({ length: layers * rows }, (_, i) => grid.cell(view, Math.floor(i / rows), i % rows)).filter((cell) => cell !== undefined);
  const size = ({ value }: PatchCell) => (Number.isNaN(value) ? -1 : Math.abs(value));
  return cells.sort((a, b) => size(b) - size(a));
}
