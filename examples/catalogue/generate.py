#!/usr/bin/env python3
"""Writes catalogue.yaml: the published AIM profiles as a cluster would hold them.

  generate.py profiles.json [-o catalogue.yaml] [--gpus MI250X,MI300X,MI325X]

Every model becomes an AIMClusterModel and every profile an AIMClusterServiceTemplate, in the order of the input.
Templates for a GPU that is not in --gpus (the GPUs of cluster.yaml) are NotAvailable, all others Ready.
The same input gives the same bytes. Needs Python 3.9 and nothing but its standard library.

Facts of the field that the schema has no place for are kept, not repaired:
  - a profile for manual selection only is marked by the annotation aim-build/manual-selection-only;
  - the base image's profiles have the type "general", which the AIMProfileType enum does not know;
  - those same profiles name no model, so their templates have no model sources.
"""
import argparse
import hashlib
import json
import os
import re
import sys

API = "aim.eai.amd.com/v1alpha1"
RELEASE = "0.9.0"
CREATED = "2025-11-03T09:00:00Z"

DEVICE_IDS = {
    "MI210": ["740f", "7410"],
    "MI250X": ["7408", "740c"],
    "MI300X": ["74a1", "74a9", "74b5", "74bd"],
    "MI325X": ["74a5", "74b9"],
    "MI350X": ["75a0", "75b0"],
    "MI355X": ["75a3", "75b3"],
}

# Weights as they lie on disk, rounded; profiles.json does not hold sizes.
SIZES = {
    "CohereLabs/command-a-reasoning-08-2025": "207Gi",
    "Qwen/Qwen3-235B-A22B": "438Gi",
    "Qwen/Qwen3-32B": "61Gi",
    "Qwen/Qwen3-32B-FP8": "32Gi",
    "amd/Llama-3.1-405B-Instruct-FP8-KV": "382Gi",
    "amd/Llama-3.1-8B-Instruct-FP8-KV": "9Gi",
    "amd/Llama-3.3-70B-Instruct-FP8-KV": "68Gi",
    "deepseek-ai/DeepSeek-R1-0528": "642Gi",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B": "61Gi",
    "meta-llama/Llama-3.1-405B-Instruct": "756Gi",
    "meta-llama/Llama-3.1-8B-Instruct": "15Gi",
    "meta-llama/Llama-3.2-1B-Instruct": "3Gi",
    "meta-llama/Llama-3.2-3B-Instruct": "6Gi",
    "meta-llama/Llama-3.3-70B-Instruct": "132Gi",
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506": "45Gi",
    "mistralai/Mixtral-8x22B-Instruct-v0.1": "262Gi",
    "mistralai/Mixtral-8x7B-Instruct-v0.1": "87Gi",
    "openai/gpt-oss-120b": "61Gi",
    "openai/gpt-oss-20b": "13Gi",
}


def dns_name(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def model_name(model):
    return "aim-base" if model == "general" else dns_name(model)


def model_image(model):
    name = "aim-base" if model == "general" else "aim-" + dns_name(model)
    return f"docker.io/amdenterpriseai/{name}:{RELEASE}"


def template_name(model, profile):
    """Model, GPU, precision, GPU count and goal; the organisation is left out because it would not fit."""
    short = "base" if model == "general" else dns_name(model.split("/")[-1])
    name = f"{short}-{profile['gpu'].lower()}-{profile['precision']}-tp{profile['gpu_count']}-{profile['metric']}"
    if len(name) > 63:
        raise SystemExit(f"{name}: longer than 63 characters")
    return name


def uid(*parts):
    h = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"


def resource_version(*parts):
    return str(1000000 + int(hashlib.sha256("/".join(("version",) + parts).encode()).hexdigest()[:5], 16))


def scalar(text):
    """A plain YAML scalar where every reader agrees that it is a string, else a quoted one."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_./:-]*[A-Za-z0-9]", text) and not re.fullmatch(r"(?i)true|false|yes|no|on|off|null", text):
        return text
    return json.dumps(text)


def flow(value):
    """JSON on one line, which is YAML as well; keys in the order of the input."""
    return json.dumps(value, ensure_ascii=True)


def metadata(kind, name, annotations=(), labels=()):
    lines = ["metadata:", f"  name: {name}", f"  uid: {uid(kind, name)}", f'  resourceVersion: "{resource_version(kind, name)}"',
             "  generation: 1", f'  creationTimestamp: "{CREATED}"']
    for field, entries in (("labels", labels), ("annotations", annotations)):
        if entries:
            lines.append(f"  {field}:")
            lines += [f"    {key}: {scalar(value)}" for key, value in entries]
    return lines


def cluster_model(model):
    name = model_name(model)
    lines = [f"apiVersion: {API}", "kind: AIMClusterModel"] + metadata("AIMClusterModel", name)
    lines += ["spec:", f"  image: {model_image(model)}", "status:", "  status: Ready", "  sourceType: Image"]
    if model != "general":
        lines += ["  imageMetadata:", "    model:", f"      canonicalName: {scalar(model)}", f"      source: https://huggingface.co/{model}"]
    return lines


def affinity(gpu):
    ids = DEVICE_IDS[gpu]
    return ["  resolvedNodeAffinity:", "    requiredDuringSchedulingIgnoredDuringExecution:", "      nodeSelectorTerms:",
            f"      - matchExpressions: [{{key: amd.com/gpu.device-id, operator: In, values: {flow(ids)}}}]"]


def cluster_template(model, profile, gpus):
    name, gpu, count = template_name(model, profile), profile["gpu"], profile["gpu_count"]
    annotations = [("aim-build/manual-selection-only", "true")] if profile["manual_selection_only"] else []
    labels = [("aim.eai.amd.com/model", model_name(model)), ("aim.eai.amd.com/origin", "auto-generated")]
    hardware = f"{{gpu: {{requests: {count}, model: {gpu}, resourceName: amd.com/gpu}}}}"
    lines = [f"apiVersion: {API}", "kind: AIMClusterServiceTemplate"] + metadata("AIMClusterServiceTemplate", name, annotations, labels)
    lines += ["spec:", f"  modelName: {model_name(model)}", f"  metric: {profile['metric']}", f"  precision: {profile['precision']}",
              f"  profileId: {scalar(profile['profileId'])}", f"  hardware: {hardware}"]
    if gpu not in gpus:
        return lines + ["status:", "  status: NotAvailable", f"  resolvedHardware: {hardware}", f"  hardwareSummary: {count} x {gpu}"]
    lines += ["status:", "  status: Ready", f"  resolvedHardware: {hardware}", f"  hardwareSummary: {count} x {gpu}"]
    lines += affinity(gpu)
    source = profile["modelId"]
    if source:
        lines += ["  modelSources:", f"  - {{modelId: {scalar(source)}, sourceUri: {flow('hf://' + source)}, size: {SIZES[source]}}}"]
    found = {"engine": profile["engine"], "gpu": gpu, "gpuCount": count, "metric": profile["metric"], "precision": profile["precision"], "type": profile["type"]}
    lines += ["  profile:", f"    metadata: {flow(found)}", f"    engine_args: {flow(profile['engine_args'])}", f"    env_vars: {flow(profile['env_vars'])}"]
    return lines


def catalogue(profiles, gpus):
    documents, names = [], set()
    for model, entries in profiles["models"].items():
        documents.append(cluster_model(model))
        for profile in entries:
            name = template_name(model, profile)
            if name in names:
                raise SystemExit(f"{name}: two profiles lead to the same template name")
            names.add(name)
            documents.append(cluster_template(model, profile, gpus))
    head = "# Written by generate.py from the published AIM profiles (release 0.9, amd-enterprise-ai/aim-build, MIT). Do not edit.\n"
    return head + "---\n".join("\n".join(lines) + "\n" for lines in documents)


def main():
    parser = argparse.ArgumentParser(description="Write the AIM profile catalogue as Kubernetes documents.")
    parser.add_argument("profiles", help="profiles.json")
    parser.add_argument("-o", "--output", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogue.yaml"))
    parser.add_argument("--gpus", default="MI250X,MI300X,MI325X", help="GPU models that the cluster has")
    options = parser.parse_args()
    with open(options.profiles, encoding="utf-8") as file:
        profiles = json.load(file)
    text = catalogue(profiles, set(options.gpus.split(",")))
    if options.output == "-":
        sys.stdout.write(text)
        return
    with open(options.output, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    main()
