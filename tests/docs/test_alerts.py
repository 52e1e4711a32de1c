"""Alerts, dashboard, runbook and the list of metrics name the same things, and all exist."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from flashpromo.cli import metrics
from flashpromo.operations import catalogue

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
RUNBOOK = OPERATIONS.partition("\n## Runbook\n")[2]
FOREIGN = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"} | {
    "probe_ssl_earliest_cert_expiry"
}
"""Of Prometheus itself, node_exporter and blackbox_exporter."""
QUERY_WORDS = (
    *("max", "sum", "by", "without", "ignoring", "rate", "increase", "absent", "or", "bool"),
    *("histogram_quantile", "topk", "time"),
)
RANGE = re.compile(r"\[[^\]]*\]")
MATCHED = re.compile(r"([A-Za-z_]\w*)\s*(\{[^}]*\})?")
GROUPED = re.compile(r"\b(?:by|without|ignoring)\s*\(([^)]*)\)")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


def alerts() -> list[dict]:
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def dashboard() -> dict:
    return json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())


def panels() -> list[dict]:
    return [each for each in dashboard()["panels"] if each["type"] != "row"]


def known() -> dict[str, set[str]]:
    """Every name of a sample, and the labels that it has."""
    found: dict[str, set[str]] = {}
    for each in catalogue.everything():
        for name in each.samples:
            found[name] = {*each.labels, "le"} if name.endswith("_bucket") else {*each.labels}
    return found


def asked(query: str) -> dict[str, set[str]]:
    """The metrics of a query, each with the labels that it is matched by."""
    bare = GROUPED.sub(" ", RANGE.sub("", query))
    return {
        name: set(LABEL.findall(matchers))
        for name, matchers in MATCHED.findall(bare)
        if name not in QUERY_WORDS
    }


QUERIES = {rule["alert"]: rule["expr"] for rule in alerts()} | {
    f"{panel['title']} {target['refId']} {panel['id']}": target["expr"]
    for panel in panels()
    for target in panel["targets"]
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_every_metric_and_label_that_is_asked_for_exists(query: str):
    metrics_asked, found = asked(query), known()
    assert metrics_asked
    for name, labels in metrics_asked.items():
        assert name in found or name in FOREIGN, name
        if name in found:
            assert labels <= found[name], (name, labels)


def test_a_query_of_nothing_known_would_be_noticed():
    query = 'max without (instance) (rate(flashpromo_nothing_total{queue="x", le="1"}[5m])) > 0'
    assert asked(query) == {"flashpromo_nothing_total": {"queue", "le"}}


def test_every_metric_is_on_the_dashboard():
    shown = {
        name for panel in panels() for each in panel["targets"] for name in asked(each["expr"])
    }
    for each in catalogue.everything():
        assert each.samples & shown, each.name


def test_every_alert_has_its_place_in_the_runbook_and_the_other_way_round():
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names)) > 20
    assert re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE) == names
    for section in RUNBOOK.split("\n### ")[1:]:
        assert "**Look:**" in section
        assert "**Do:**" in section
    for rule in alerts():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_alert_has_a_panel_that_names_it():
    told = " ".join(panel["description"] for panel in panels())
    assert {rule["alert"] for rule in alerts()} <= set(re.findall(r"\w+", told))


def test_every_alert_has_a_test_that_fires_and_one_that_does_not():
    cases = yaml.safe_load((RULES.parent / "alerts.test.yml").read_text())["tests"]
    looked_at = [each for case in cases for each in case["alert_rule_test"]]
    for rule in alerts():
        fires = {
            bool(each["exp_alerts"]) for each in looked_at if each["alertname"] == rule["alert"]
        }
        assert fires == {True, False}, rule["alert"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus' own tool is not here")
def test_prometheus_agrees():
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
        done = subprocess.run(
            ["promtool", *arguments], cwd=RULES.parent, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_whole():
    found = dashboard()
    assert (found["uid"], found["title"]) == ("flashpromo", "Flash Promos")
    assert found["templating"]["list"][0]["type"] == "datasource"
    every = found["panels"]
    assert len({each["id"] for each in every}) == len(every)
    squares = [
        (x, y)
        for place in (each["gridPos"] for each in every)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(squares) == len(set(squares)), "panels lie upon each other"
    assert max(x for x, _ in squares) < 24


@pytest.mark.parametrize("file", sorted(DEPLOY.glob("grafana/provisioning/*.yml")), ids=str)
def test_grafana_is_provisioned(file: Path):
    assert yaml.safe_load(file.read_text())["apiVersion"] == 1


def test_prometheus_reads_our_page_and_our_rules():
    read = yaml.safe_load((RULES.parent / "prometheus.yml").read_text())
    assert read["rule_files"] == [RULES.name]
    (job,) = [each for each in read["scrape_configs"] if each["job_name"] == "flashpromo"]
    assert job["metrics_path"] == "/metrics"


def test_the_list_of_metrics_is_the_one_of_the_code():
    assert metrics.table() in (ROOT / "docs" / "metrics.md").read_text()
