# SPDX-License-Identifier: Apache-2.0
"""What system tests share: houses that end with their test, and their logs when one fails."""
import pytest

import house as houses


@pytest.fixture
def make_house(tmp_path, request):
    """make_house(**options): a House in the test's own folder; closed, and shown on failure."""
    made = []

    def make(**options):
        made.append(houses.House(tmp_path / f"house{len(made)}", **options))
        return made[-1]

    yield make
    failed = getattr(request.node, "failed", False)
    for one in made:
        one.close()
        if failed:
            tell(one)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory, request):
    """One running house for all tests of a module that do not disturb each other."""
    with houses.House(tmp_path_factory.mktemp("house")) as one:
        yield one.start()
        if request.session.testsfailed:
            tell(one)


def tell(one):
    """The end of the daemon's log, into the failure's report."""
    print(f"\n--- {one.folder}/jiaohaod.log\n{one.log()[-4000:]}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        item.failed = True
