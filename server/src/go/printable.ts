// Which characters Go prints as they are: the graphic characters of Unicode 15.0, the version Go's tables follow.
// A table of our own, because the host's Unicode version decides what `\p{L}` matches.

/** True where strconv.IsPrint is: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  if (code < 0xa1) return false;
  borders ??= readBorders();
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((borders[middle] as number) <= code) low = middle + 1;
    else high = middle;
  }
  return (low & 1) === 1;
}

let borders: number[] | undefined;

function readBorders(): number[] {
  let code = 0;
  return Array.from(printableSteps.matchAll(/([A-Z]*)(.)/g), ([, high, low]) => {
    let times = 0;
    for (const letter of high as string) times = times * 26 + letter.charCodeAt(0) - 0x41;
    code += times * 36 + Number.parseInt(low as string, 36);
    return code;
  });
}

// Lengths of the runs of other and printable characters, in turn, from U+0000 on (surrogates are other). Each is a digit in
// base 36, in front of it how many times 36 there are: capital letters, digits in base 26.
const printableSteps =
  'wCnyc1Tu2647111k1L11B22Be231Bj8r46hm1Fc1Bc2Bn2CteBn2Bd2f1s211b5v9C21Eh18222m1711342922248142152p2316422m171212122' +
  '11542233174117ha319131m1712152a131321f42c771318222m1712152922237342152ia216331432111232333c4533142161el5d131n1g29' +
  '1314721321242a7m131n1a152913147262142a13cd131Bf13164g2q131i3o191127314611186a23cBm4tB1211151o111n2511171a24wC01B0' +
  '4B31B01f1dB1Fi11512Kh142711142B5142x142711142f1Bl142Bv2w3q6Ce262Rs1s3Ch7m9o9kcd1312cCm2a6a6e1b6Ch7B75Byav1c4c413B' +
  '625bB84q6b3Bq2Bt1t2b6a6e2vBdC53Bb1D88Bo3f3Bo7B72b8B75Ou262B226281111111v2Bh1f1e261j2319ho8Bbh22r1d3xfxfDw4SfpblBY' +
  'c2w1Jp5B911512Bk72eo97171717171717171Diyq1ChcFyqc5Br1Ce2Cv5B71Cm1CccBb1BFHp3Bj9JokF48Fn521115oBn3a6Bk8By8c6D8bu3C' +
  '61b4x1Bj9e2a2Cvosa6262697171Bo4Di2a6LYccn4BdJAsK62CyB27c55q151112121DhgMd2Bi71wB66Bf1j14451Dr4Fa362626233717d22c1' +
  'q1j121f2eyDf534B93Cg1d31BbBaDmt3Bdfs4B09u5B75u1B14eB6Ee2a6B04B04B48Bgbc1f17121b1f1712BvIn9ma8o61B619Bx6211B812312' +
  'n1C089Bcj125x3r51BsBk4k2Be1258131t234a797BswB34c9Bi3t2r5q74c7C8C1BjBfdBf7Ba8aI6v1B61322C3B78B6mqB2skn9C64B09Bq15d' +
  'p7a6Bh1i8B39Co1kbi1BbBq711141f1b6Bn5a6418222m1712151a22232161572735DvCk15uC08aEmBi2B2yBxba6djBm6aBir2f4nF5BoCsCbc' +
  '82128121u122c9aBy82Ba2brC08CbdC17aGu91B91eat3w2m1eC17121B83112198a66121B112167aImp7h1B53sCe1fBedZnCuD315bFgCV8Crd' +
  'BDsgmEHeQ7JFtPt7v1a4C91a6u26aByaa171l5jT4CjCtC34Bl7hBs5b2eGOg8BIeB69JO7417121I3f1t321e48L0CM4Cz5d397a24FAoBa2n9D8' +
  'BoGuaB32C28D4lByDekckcCf9pDrCd1Bz122122241c11171Bt1428171s141511371Jg2I42Tif51fBEov66Fx71h2712155Bqx1D4B93e2a42Iw' +
  'vhBm51MwB6Um714121f1Fh2gB5C44a42VtBwC4BpFe41r1211211a141111614111111312112111111111121124171414111a1h53151hBg2HiB' +
  '84Cscf2f1f1B1aEuBktdB84972e6EaBBc4h3d3Db4Cn6c41fc4Bk8a6B48u22C6Jgce2d397Ba178e49797E31BjB1aBCmBTQowELe6G62GE2eHZl' +
  'DI7P2BPuFH75EMgBDGS8Go';
