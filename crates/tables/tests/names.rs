//! Names as papers, logs and clouds write them lead to the right row.

use compute_core::quantity::Names;
use compute_tables::{accelerator_rows, catalog};

fn id(name: &str) -> Option<&'static str> {
    let catalog = catalog();
    catalog
        .find(name)
        .and_then(|index| catalog.accelerators.get(index))
        .map(|row| row.id)
}

#[test]
fn names_as_papers_write_them() {
    let cases = NAMES.trim().lines().flat_map(|line| {
        let (expected, names) = line.split_once(": ").expect("id: names");
        names.split(" | ").map(move |name| (name, expected))
    });
    let mut count = 0;
    let mut wrong = Vec::new();
    for (name, expected) in cases {
        count += 1;
        if id(name) != Some(expected) {
            wrong.push(format!("{name:?} leads to {:?}, not {expected}", id(name)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= 120, "{count}");
}

#[test]
fn every_name_of_the_table_leads_to_its_row() {
    for row in accelerator_rows() {
        let names = [row.id, row.name, row.short];
        for name in names
            .into_iter()
            .chain(row.aliases.split(';'))
            .filter(|name| !name.is_empty())
        {
            assert_eq!(id(name), Some(row.id), "{name}");
            let shouted = name.to_uppercase().replace('-', " ");
            assert_eq!(id(&shouted), Some(row.id), "{shouted}");
            if !["Tesla", "Apple", "Groq"].contains(&row.vendor) && !name.starts_with(row.vendor) {
                assert_eq!(
                    id(&format!("{} {name}", row.vendor)),
                    Some(row.id),
                    "{} {name}",
                    row.vendor
                );
            }
        }
    }
}

#[test]
fn what_names_nothing_or_two_things_is_not_found() {
    let names = [
        "",
        " ",
        "-",
        "GPU",
        "GPUs",
        "TPU",
        "M4",
        "D1",
        "LPU",
        "M100",
        "RTX 6000",
        "Google A100",
        "AMD H100",
        "A1000",
        "100",
        "80GB",
        "s",
        "chip",
        "GeForce",
        "NVIDIA",
        "Titan",
        "Tesla",
        "gb",
        "16GB",
        "一百",
        "А100",
        "H100 H100",
    ];
    for name in names {
        assert_eq!(id(name), None, "{name:?}");
    }
}

/// id: names.
const NAMES: &str = "
v100-sxm2-32gb: V100 | V100s | Tesla V100 | NVIDIA V100 | V100 32GB | 32GB V100 | Tesla V100-SXM2-32GB | V100 GPUs | NVIDIA Tesla V100 GPUs | V100-32GB
v100-sxm2-16gb: V100 16GB | 16GB V100 | Tesla V100-SXM2-16GB | V100-16GB | Tesla V100 (16 GB)
v100-pcie-16gb: Tesla V100-PCIE-16GB | V100 PCIe
v100-pcie-32gb: Tesla V100-PCIE-32GB
v100s-pcie-32gb: V100S | Tesla V100S-PCIE-32GB
v100-sxm3-32gb: Tesla V100-SXM3-32GB
a100-sxm4-80gb: A100 | A100s | NVIDIA A100 | A100 80GB | A100-80GB | 80GB A100 | 80 GB A100 GPUs | NVIDIA A100-SXM4-80GB | A100 (80GB) | A100-SXM | Nvidia Tesla A100 | A100 80GB SXM | NVIDIA A100 80G
a100-sxm4-40gb: A100 40GB | A100-40GB | 40GB A100 | NVIDIA A100-SXM4-40GB | A100 40G | A100 (40 GB)
a100-pcie-40gb: A100-PCIE-40GB | NVIDIA A100-PCIE-40GB
a100-pcie-80gb: NVIDIA A100 80GB PCIe | A100 PCIe
a800-sxm4-80gb: A800 | NVIDIA A800s
h100-sxm5-80gb: H100 | H100s | NVIDIA H100 80GB HBM3 | H100 SXM5 | H100-SXM | 80GB H100 | H100 80GB GPUs | H100-SXM5-80GB | NVIDIA H100 GPUs | H‑100
h100-pcie-80gb: NVIDIA H100 PCIe | H100-PCIe
h100-nvl-94gb: H100 NVL | NVIDIA H100 NVL
h200-sxm: H200 | NVIDIA H200 | H200s | H200 141GB
h800-sxm5: H800 | NVIDIA H800 | H800 SXM | H800s | H800 GPUs
h20-96gb: H20 | NVIDIA H20 | H20 GPUs
gh200-96gb: GH200 | NVIDIA GH200 | Grace Hopper
b200: B200 | NVIDIA B200 | HGX B200
gb200: GB200 | NVIDIA GB200 | GB200 NVL72
b300: B300 | Blackwell Ultra
gb300: GB300 | GB300 NVL72
tesla-t4: T4 | Tesla T4 | NVIDIA T4 GPU
l4: L4 | NVIDIA L4
l40s: L40S | NVIDIA L40S
l40: L40 | NVIDIA L40
a10: A10 | NVIDIA A10
a10g: A10G | NVIDIA A10G
a40: A40 | NVIDIA A40
rtx-a6000: RTX A6000 | NVIDIA RTX A6000 | A6000 | A6000s
rtx-6000-ada: RTX 6000 Ada | NVIDIA RTX 6000 Ada Generation
quadro-rtx-6000: Quadro RTX 6000
quadro-rtx-8000: Quadro RTX 8000 | RTX 8000
titan-rtx: Titan RTX | NVIDIA TITAN RTX
titan-v: Titan V
titan-xp: Titan Xp | NVIDIA TITAN Xp
titan-x-pascal: Titan X (Pascal) | Titan X Pascal | NVIDIA TITAN X (Pascal)
geforce-gtx-titan-x: GTX Titan X | Titan X | GeForce GTX TITAN X
geforce-gtx-titan-black: GTX Titan Black | Titan Black
geforce-gtx-titan: GTX Titan
geforce-gtx-580: GTX 580 | NVIDIA GTX 580 3GB | GTX580 | GeForce GTX 580
geforce-gtx-680: GTX 680
geforce-gtx-780: GTX 780
geforce-gtx-980: GTX 980 | GTX-980
geforce-gtx-1080: GTX 1080
geforce-gtx-1080-ti: GTX 1080 Ti | 1080Ti | GTX1080Ti | NVIDIA GeForce GTX 1080 Ti | 1080 Ti GPUs
geforce-rtx-2080-ti: RTX 2080 Ti | RTX2080Ti | 2080 Ti | NVIDIA GeForce RTX 2080 Ti
geforce-rtx-3080: RTX 3080 | 3080
geforce-rtx-3090: RTX 3090 | RTX3090 | 3090 | RTX 3090s | NVIDIA GeForce RTX 3090 | RTX-3090
geforce-rtx-4090: RTX 4090 | 4090 | NVIDIA RTX 4090 | GeForce RTX 4090 GPUs
geforce-rtx-5090: RTX 5090 | 5090
tesla-k20x: K20X | Tesla K20X
tesla-k20: K20 | Tesla K20c | Tesla K20m
tesla-k40: K40 | Tesla K40 | Tesla K40m | K40c
tesla-k80: K80 | Tesla K80 | NVIDIA K80
tesla-k80-gpu: K80 GPU | half K80
tesla-m40-12gb: M40 | Tesla M40
tesla-p100-sxm2: P100 | Tesla P100 | NVIDIA P100 | P100s | Tesla P100-SXM2-16GB
tesla-p100-pcie-16gb: Tesla P100-PCIE-16GB | P100 PCIe
tesla-p40: P40 | Tesla P40
quadro-p6000: Quadro P6000
quadro-k6000: Quadro K6000
quadro-gv100: GV100
mi250x: MI250X | AMD Instinct MI250X | AMD MI250X | MI250X GPUs
mi250x-gcd: MI250X GCD | MI250X GCDs
mi250: MI250 | AMD MI250
mi300x: MI300X | AMD Instinct MI300X | AMD MI300X
mi300a: MI300A
mi325x: MI325X
mi355x: AMD Instinct MI355X
mi100: AMD MI100
radeon-rx-7900-xtx: RX 7900 XTX | 7900 XTX | AMD Radeon RX 7900 XTX
radeon-vii: Radeon VII
tpu-v2: TPU v2 | TPUv2 | Cloud TPU v2 | Google TPU v2
tpu-v3: TPU v3 | TPUv3 | TPU-v3 | Cloud TPU v3 | TPU v3 chips | TPUv3s | Google TPU v3
tpu-v3-core: TPU v3 core | TPU v3 cores | TPUv3 cores
tpu-v2-core: TPU v2 cores
tpu-v4: TPU v4 | TPUv4 | TPU V4 | TPU v4 chips | TPUv4 chips | Google Cloud TPU v4
tpu-v5e: TPU v5e | TPUv5e | v5litepod
tpu-v5p: TPU v5p | TPUv5p | TPU v5 | TPUv5p chips
tpu-v6e: TPU v6e | Trillium | TPU v6e (Trillium)
tpu-v7: Ironwood | TPU v7 | TPU7x
trainium1: Trainium | AWS Trainium | Trn1 | Amazon Trainium1
trainium2: Trainium2 | AWS Trainium2 | Trn2
gaudi2: Gaudi2 | Intel Gaudi 2 | Habana Gaudi2
gaudi3: Gaudi 3
ascend-910: Ascend 910 | Huawei Ascend 910
ascend-910b: Ascend 910B | Huawei Ascend 910B | 910B | Atlas 800T A2
ascend-910c: Ascend 910C
kunlun-p800: Kunlun P800
wse-2: Cerebras CS-2 | WSE-2
wse-3: Cerebras WSE-3 | CS-3
ipu-gc200: Graphcore Mk2 | Colossus Mk2
apple-m1-ultra: Apple M1 Ultra
apple-m4: Apple M4
tesla-m4: Tesla M4
max-1550: Ponte Vecchio | Intel Max 1550 | Data Center GPU Max 1550
jetson-agx-orin-64gb: Jetson AGX Orin
gb10: DGX Spark
xeon-phi-7250: Xeon Phi 7250
a64fx: A64FX
";
