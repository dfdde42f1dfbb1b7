// Tables: a click on a head sorts, a box above a long table filters. Without scripts nothing is missing.
(function () {
  "use strict";
  function key(cell) {
    const text = (cell ? cell.textContent : "").trim();
    const number = parseFloat(text.replace(/,/g, ""));
    return Number.isNaN(number) ? [1, 0, text] : [0, number, text];
  }
  function compare(a, b) {
    return a[0] - b[0] || a[1] - b[1] || a[2].localeCompare(b[2]);
  }
  function sorter(table, head, column) {
    head.addEventListener("click", function () {
      const body = table.tBodies[0];
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      table.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      Array.from(body.rows)
        .map(function (row) { return [key(row.cells[column]), row]; })
        .sort(function (a, b) { return sign * compare(a[0], b[0]); })
        .forEach(function (pair) { body.appendChild(pair[1]); });
    });
  }
  function filter(table) {
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = "filter " + table.tBodies[0].rows.length + " rows";
    box.setAttribute("aria-label", "filter the rows of this table");
    box.addEventListener("input", function () {
      const wanted = box.value.toLowerCase();
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
      });
    });
    table.parentNode.insertBefore(box, table);
  }
  document.querySelectorAll("table.data").forEach(function (table) {
    table.querySelectorAll("thead th").forEach(function (head, column) { sorter(table, head, column); });
    if (table.tBodies[0].rows.length > 20) { filter(table); }
  });
  // A closed part would be missing on paper.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.print").forEach(function (part) { part.open = true; });
  });
})();
