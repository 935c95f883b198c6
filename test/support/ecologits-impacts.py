"""Reads requests as JSON from stdin and prints what the installed EcoLogits package makes of them."""

import json
import sys
from importlib.metadata import version

from ecologits.impacts.llm import compute_llm_impacts


def impacts(request):
    mix = request["mix"]
    result = compute_llm_impacts(
        model_active_parameter_count=request["parametersBillion"],
        model_total_parameter_count=request["parametersBillion"],
        output_token_count=request["outputTokens"],
        request_latency=request["latencyS"],
        batch_size=request["batch"],
        model_quantization_bits=request["bits"],
        gpu_memory=request["gpuMemoryGb"],
        datacenter_pue=request["pue"],
        datacenter_wue=request["wue"],
        if_electricity_mix_gwp=mix["gwp"],
        if_electricity_mix_wue=mix["water"],
        if_electricity_mix_pe=mix["pe"],
        if_electricity_mix_adpe=0.0,
    )
    return {
        "energyKwh": result.energy.value,
        "usageKg": result.usage.gwp.value,
        "embodiedKg": result.embodied.gwp.value,
        "waterL": result.wcf.value,
        "totalPeMj": result.pe.value,
    }


json.dump({"version": version("ecologits"), "impacts": [impacts(request) for request in json.load(sys.stdin)]}, sys.stdout)
