/** Tables of records with sortable columns. */
import { html, type SafeHtml } from "@remix-run/html-template";

export interface Column {
  readonly label: string;
  /** Whether the heading is only for screen readers. */
  readonly isHidden?: boolean;
  /** The order in which the rows are now, if they are ordered by this column. */
  readonly sorted?: "ascending" | "descending" | undefined;
  /** The address of the list in the other order, or ordered by this column. */
  readonly sortPath?: string | undefined;
}

/**
 * A table whose rows become cards on a narrow screen.
 *
 * @param caption For screen readers.
 * @param rows `<tr>` elements. Give a cell `data-label` with the label of its column, and the cell with the menu of the
 *   row the class `row-actions`.
 */
export function table(caption: string, columns: readonly Column[], rows: SafeHtml[]): SafeHtml {
  return html`<div class="table"><table>
<caption class="visually-hidden">${caption}</caption>
<thead><tr>${columns.map(heading)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function heading({ label, isHidden, sorted, sortPath }: Column): SafeHtml {
  const text = isHidden ? html`<span class="visually-hidden">${label}</span>` : html`${label}`;
  const arrow =
    sorted === undefined ? "" : html` <span aria-hidden="true">${sorted === "ascending" ? "↑" : "↓"}</span>`;
  return html`<th scope="col"${sorted === undefined ? "" : html` aria-sort="${sorted}"`}>${
    sortPath === undefined ? text : html`<a href="${sortPath}">${text}${arrow}</a>`
  }</th>`;
}
