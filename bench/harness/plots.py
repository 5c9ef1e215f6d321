"""The pictures: time to the first answer, and what a warm request costs."""
import pathlib
import statistics

OURS, THEIRS = "#0072B2", "#999999"  # told apart by color-blind readers, and in print by darkness


def draw(results, folder):
    """Writes the pictures for which `results` has figures; yields their paths."""
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "glowplug"  # the same figures give the same file
    folder.mkdir(parents=True, exist_ok=True)
    if "cold iris" in results:
        yield first_answer(results, folder / "first-answer.svg")
    if "warm mlp" in results:
        yield cpu_per_request(results["warm mlp"], folder / "cpu-per-request.svg")


def bars(axes, rows, unit, digits):
    names, values = [name for name, _ in rows][::-1], [value for _, value in rows][::-1]
    drawn = axes.barh(names, values, color=[OURS if name.startswith("glowplug") else THEIRS for name in names])
    axes.set_xscale("log")
    axes.bar_label(drawn, [f" {value:.{digits}f} {unit}" if value < 100 else f" {value:.0f} {unit}" for value in values])
    axes.set_xlim(min(values) / 2, max(values) * 5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    return pathlib.Path(path)


def first_answer(results, path):
    import matplotlib.pyplot as plt
    rows = sorted(((name, statistics.median(values)) for name, values in results["cold iris"].items()), key=lambda row: row[1])
    for engine in ("native", "onnxruntime"):
        if f"wake iris {engine}" in results:
            rows.insert(0, (f"glowplug serve, asleep, {engine}", statistics.median(results[f"wake iris {engine}"]["asleep"]) / 1000))
    figure, axes = plt.subplots(figsize=(8, 0.3 * len(rows) + 0.9))
    bars(axes, sorted(rows, key=lambda row: row[1]), "ms", 2)
    axes.set_xlabel("milliseconds from zero to the first answer (iris, log scale; less is better)")
    return save(figure, path)


def cpu_per_request(warm, path):
    import matplotlib.pyplot as plt
    warm = {name: {str(key): value for key, value in record.items()} for name, record in warm.items()}  # JSON has no numbers as keys
    count = "64" if all("64" in record for record in warm.values()) else "16"
    rows = sorted(((name, statistics.median(record[count]["cpu_us"])) for name, record in warm.items()), key=lambda row: row[1])
    figure, axes = plt.subplots(figsize=(8, 0.3 * len(rows) + 0.9))
    bars(axes, rows, "us", 1)
    axes.set_xlabel(f"microseconds of CPU a request, all processes of the server\n(22 kB network, {count} connections, log scale; less is better)")
    return save(figure, path)
