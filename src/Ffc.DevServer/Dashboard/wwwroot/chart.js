// Draws lines over time with uPlot.
const charts = new WeakMap();

/**
 * Draws series into an element, and again when they change.
 * @param {HTMLElement} element
 * @param {number} interval The seconds between two values. The last value is the present.
 * @param {number} count The number of values of each series.
 * @param {{ label: string, color: number, counts: number[] }[]} series
 */
export function draw(element, interval, count, series) {
    if (!element.isConnected)
        return;
    const now = Math.floor(Date.now() / 1000 / interval) * interval;
    const times = Array.from({ length: count }, (_, i) => now - (count - 1 - i) * interval);
    const data = [times, ...series.map(one => one.counts)];
    const look = JSON.stringify([series.map(one => [one.label, one.color]), getComputedStyle(element).color]);

    let chart = charts.get(element);
    if (chart?.look === look) {
        chart.plot.setData(data);
        return;
    }

    chart?.plot.destroy();
    chart?.observer.disconnect();
    const color = name => resolveColor(element, name);
    const axis = { stroke: color("--chart-text"), grid: { stroke: color("--chart-grid"), width: 1 }, ticks: { show: false } };
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
    const size = () => ({ width: Math.max(200, element.clientWidth), height: element.clientHeight });
    const plot = new uPlot({
        ...size(),
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: { y: { range: (_, __, max) => [0, Math.max(5, max * 1.1)] } },
        axes: [
            {
                ...axis,
                space: 80,
                size: 28,
                incrs: [60, 120, 300],
                values: (_, times) => times.map(time => clock.format(time * 1000)),
            },
            { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5] },
        ],
        series: [{}, ...series.map(one => ({
            label: one.label,
            stroke: color(`--v${one.color}`),
            fill: color(`--v${one.color}`).replace("rgb(", "rgba(").replace(")", ", 0.13)"),
            width: 2,
            points: { show: false },
        }))],
    }, data, element);
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(element);
    charts.set(element, { plot, look, observer });
}

// A property can refer to others and to the theme. The browser resolves it for an element.
function resolveColor(element, name) {
    const probe = element.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
}
