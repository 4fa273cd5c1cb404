"""All of Jira at both its addresses: the site's own, and Atlassian's gateway that scoped tokens must use."""

from __future__ import annotations

from aiohttp import web

from integrations.simulator.atlassian.admin_hooks import AdminHooks
from integrations.simulator.atlassian.agile import Agile
from integrations.simulator.atlassian.comments import Comments
from integrations.simulator.atlassian.jira import GATEWAY, Jira
from integrations.simulator.atlassian.site import SitePaths
from integrations.simulator.atlassian.workflow import Workflow


class JiraDoors:
    """Every path of ``jira``, and the parts a test may want to look into."""

    def __init__(self, jira: Jira) -> None:
        self.jira, self.agile, self.admin_hooks = jira, Agile(jira), AdminHooks(jira)

    def routes(self) -> list[web.RouteDef]:
        """What to serve, below ``/jira`` and again below ``/jira/ex/jira/{cloud}``."""
        jira = self.jira
        others = (SitePaths(jira), Workflow(jira), Comments(jira), self.agile, self.admin_hooks)
        site = [*jira.routes(), *(route for part in others for route in part.routes())]
        return site + [
            web.route(r.method, r.path.replace("/jira/", f"/jira{GATEWAY}{{cloud}}/", 1), r.handler) for r in site
        ]
