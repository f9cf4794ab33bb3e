/** Plots series of points as an SVG image: panels below each other, each with axes and a legend of its own. */
import { writeFileSync } from "node:fs";
import { type EChartsOption, init, type LineSeriesOption } from "echarts";
import type { Axis, Panel, Plot, Series } from "./plot-data.ts";

const WIDTH = 960;
const HEADING_HEIGHT = 70;
const PANEL_HEIGHT = 340;
/** The space of a panel around its axes. The legend is on the right. */
const MARGIN = { left: 95, right: 285, top: 40, bottom: 60 };
const LEGEND_LINE_HEIGHT = 20;

/** Colors that also differ in brightness. Further series repeat the colors with other symbols. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b58900", "#6a3d9a", "#555555", "#e31a1c"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];

/** @returns The SVG document. */
export function renderPlot({ title, subtitle, panels }: Plot): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const heights = panels.map(heightOf);
  const height = HEADING_HEIGHT + heights.reduce((sum, each) => sum + each, 0);
  const tops = heights.map((_, index) => heights.slice(0, index).reduce((sum, each) => sum + each, HEADING_HEIGHT));
  const placed = panels.map((panel, index) => ({ panel, top: tops[index] ?? 0, height: heights[index] ?? 0, index }));
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  const option: EChartsOption = {
    animation: false,
    backgroundColor: "#ffffff",
    title: [
      { text: title, subtext: subtitle ?? "", left: 20, top: 12 },
      ...placed.map(({ panel, top }) => ({ text: panel.title, left: 20, top, textStyle: { fontSize: 14 } })),
    ],
    grid: placed.map(({ top, height: own }) => ({
      left: MARGIN.left,
      right: MARGIN.right,
      top: top + MARGIN.top,
      height: own - MARGIN.top - MARGIN.bottom,
    })),
    xAxis: placed.map(({ panel, index }) => ({ ...axisOf(panel.x, 30), gridIndex: index })),
    yAxis: placed.map(({ panel, index }) => ({ ...axisOf(panel.y, 65), gridIndex: index })),
    legend: placed.map(({ panel, top }) => ({
      data: [...new Set(panel.series.map(({ name }) => name))],
      orient: "vertical",
      left: WIDTH - MARGIN.right + 20,
      top: top + MARGIN.top - 10,
      itemGap: LEGEND_LINE_HEIGHT - 14,
      textStyle: { color: "#222222" },
    })),
    series: placed.flatMap(({ panel, index }) => panel.series.map((one) => lineOf(one, panel, index, names))),
  };
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Renders a plot into a file. */
export function writePlot(path: string, plot: Plot): void {
  writeFileSync(path, renderPlot(plot));
}

/** A panel is as high as its legend needs. */
function heightOf({ series }: Panel): number {
  const names = new Set(series.map(({ name }) => name));
  return Math.max(PANEL_HEIGHT, MARGIN.top + names.size * LEGEND_LINE_HEIGHT + 20);
}

function axisOf({ label, scale = "linear" }: Axis, nameGap: number) {
  return {
    type: scale === "log" ? ("log" as const) : ("value" as const),
    name: label,
    nameLocation: "middle" as const,
    nameGap,
    nameTextStyle: { color: "#222222" },
    axisLine: { show: true, lineStyle: { color: "#444444" } },
    axisLabel: { color: "#222222", formatter: (value: number) => value.toLocaleString("en") },
    splitLine: { lineStyle: { color: "#e4e4e4" } },
  };
}

function lineOf({ name, points, isDashed }: Series, { x, y }: Panel, index: number, names: string[]): LineSeriesOption {
  const position = names.indexOf(name);
  const color = COLORS[position % COLORS.length] ?? "#000000";
  return {
    type: "line",
    name,
    data: points
      .filter(([px, py]) => (x.scale !== "log" || px > 0) && (y.scale !== "log" || py > 0))
      .map(([px, py]) => [px, py]),
    xAxisIndex: index,
    yAxisIndex: index,
    color,
    symbol: SYMBOLS[Math.floor(position / COLORS.length) % SYMBOLS.length] ?? "circle",
    symbolSize: 5,
    showSymbol: points.length <= 50,
    lineStyle: { color, width: 2, type: isDashed ? "dashed" : "solid" },
  };
}
