"""What operators use is right by its makers' own rules: compose's schema, hadolint, the schemas of Kubernetes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*/Dockerfile"))
MANIFESTS = sorted(path.name for path in (ROOT / "deploy/kubernetes").glob("*.yaml"))
KUBERNETES = "1.34"


def _says(program: str, *arguments: str) -> str:
    """What a checker complains of; nothing where all is well."""
    found = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout + found.stderr if found.returncode else ""


def test_there_is_a_dockerfile_for_each_service() -> None:
    services = {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}
    assert {path.split("/")[1] for path in DOCKERFILES if path.startswith("services/")} == services


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_hadolint_finds_nothing_in_a_dockerfile(dockerfile: str) -> None:
    assert not _says("hadolint", dockerfile)


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_a_dockerfile_needs_no_newer_builder(dockerfile: str) -> None:
    lines = (ROOT / dockerfile).read_text(encoding="utf-8").splitlines()
    assert not [
        line for line in lines if line.startswith("# syntax=") or "<<" in line or "COPY --link" in line
    ]
    assert not [
        line for line in lines if line.startswith("FROM") and ("@sha256" in line or ":latest" in line)
    ]


def test_the_compose_file_keeps_to_its_schema() -> None:
    assert not _says("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


@pytest.mark.parametrize("manifest", [name for name in MANIFESTS if name != "kustomization.yaml"])
def test_a_manifest_keeps_to_its_schema(manifest: str) -> None:
    complaint = _says(
        "kubernetes-validate", "--strict", "-k", KUBERNETES, "--quiet", f"deploy/kubernetes/{manifest}"
    )
    assert not complaint


def test_each_manifest_is_applied() -> None:
    applied = yaml.safe_load((ROOT / "deploy/kubernetes/kustomization.yaml").read_text(encoding="utf-8"))
    assert sorted(applied["resources"]) == [name for name in MANIFESTS if name != "kustomization.yaml"]


def test_containers_of_both_kinds_have_no_rights() -> None:
    for manifest in MANIFESTS:
        for thing in yaml.safe_load_all((ROOT / "deploy/kubernetes" / manifest).read_text(encoding="utf-8")):
            if thing["kind"] not in {"Deployment", "Job"}:
                continue
            pod = thing["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"], manifest
            for container in pod["containers"]:
                rights = container["securityContext"]
                assert rights["readOnlyRootFilesystem"], manifest
                assert rights["capabilities"] == {"drop": ["ALL"]}, manifest
                assert not rights["allowPrivilegeEscalation"], manifest
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name, service in composed.items():
        # The demo mailbox is Dovecot, which starts as root; it is there to be tried, not to be kept.
        if name != "demo-mailbox":
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name


def test_each_value_that_compose_takes_is_explained() -> None:
    taken = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    explained = set(
        re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert not taken - explained
