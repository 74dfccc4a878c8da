"""Issues and what hangs on them, for programs; the same gate, rights and services as for the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts.api.base import ApiList, ApiView
from slaportal.accounts.api.bodies import Body, StrictText
from slaportal.accounts.api.once import once
from slaportal.issues.api import bodies, filters, submission
from slaportal.issues.api.acts import do, shown
from slaportal.issues.api.reading import checked, expansions, issue_or_404, readable
from slaportal.issues.models import Attachment, Comment, InternalNote, Issue, Obligation, Proposal
from slaportal.issues.selectors.explaining import explanation_data
from slaportal.issues.services import submission as submitting
from slaportal.issues.views.files import download
from slaportal.issues.views.offers import ACTS
from slaportal.policies.selectors import agreement_for

EXPAND = OpenApiParameter(
    "expand",
    {"type": "array", "items": {"type": "string", "enum": [*bodies.EXPANSIONS]}},
    OpenApiParameter.QUERY,
    explode=False,
    description="Parts to put into each issue, with commas between.",
)
ORDER = OpenApiParameter(
    "order",
    OpenApiTypes.STR,
    OpenApiParameter.QUERY,
    enum=["submitted", "updated"],
    description="`submitted`: newest first. `updated`: longest unchanged first, for keeping a copy.",
)


class IssuesView(ApiList):
    """The issues that you may read, and the door for new ones."""

    tag = "Issues"
    operations: ClassVar = {"GET": "list_issues", "POST": "submit_issue"}
    acts: ClassVar = {"GET": "issue.read", "POST": "issue.submit"}
    parameters = frozenset({"expand"})
    filterset_class = filters.IssueFilters
    orders: ClassVar = {"submitted": ("-submitted_at", "-pk"), "updated": ("updated_at", "pk")}
    serializer_class = bodies.IssueBody
    queryset = Issue.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[Issue]:
        """Return the readable issues with the parts that were asked for."""
        return readable(self.member, expand=expansions(self.request))

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the instant, for the clocks, and the parts."""
        return {"now": self.now, "expand": expansions(self.request)}

    @extend_schema(parameters=[EXPAND, ORDER])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List issues. Newest first, or in the order of their last change."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=submission.Submission, responses={201: bodies.IssueWithActs})
    @once
    def post(self, request: Request) -> Response:
        """Report an issue. Both clocks start, and the other party answers the level."""
        body = submission.Submission(data=request.data)
        body.is_valid(raise_exception=True)
        given, member = body.validated_data, self.member
        organization = submission.client_of(member, given)
        agreement = agreement_for(organization=organization, at=self.now)
        issue = submitting.submit_issue(
            organization=organization,
            actor=member,
            report=submission.report_of(agreement, given),
            now=self.now,
            follows=submission.followed(member, given),
            **submission.people_of(organization, given),
        )
        answer = shown(issue.reference, member=member, now=self.now, status=201, own=True)
        answer["Location"] = f"/api/v1/issues/{issue.reference}"
        return answer


class IssueView(ApiView):
    """One issue."""

    tag = "Issues"
    operations: ClassVar = {"GET": "get_issue"}
    acts: ClassVar = {"GET": "issue.read"}
    parameters = frozenset({"expand"})

    @extend_schema(responses=bodies.IssueWithActs, parameters=[EXPAND])
    def get(self, request: Request, reference: str) -> Response:
        """Read one issue. `ETag` is its version, for `If-Match` of an act."""
        answer = shown(checked(reference), member=self.member, now=self.now, expand=expansions(request))
        if answer.status_code != 200:
            raise Http404
        return answer


class PartList(ApiList):
    """One kind of thing that hangs on an issue, oldest first."""

    tag = "Issues"
    orders: ClassVar = {"": ("at", "pk")}

    def issue(self) -> Issue:
        """Return the issue of the address; 404 for what this member may not read."""
        return issue_or_404(self.member, self.kwargs["reference"])


class WrittenMessage(Body):
    """A message that both parties see."""

    body = StrictText(max_length=50_000, help_text="Markdown.")


class WrittenMessageWithFiles(WrittenMessage):
    """A message with files."""

    attachments = serializers.ListField(child=serializers.FileField(), required=False, max_length=10)


class CommentsView(PartList):
    """The messages that both parties see."""

    operations: ClassVar = {"GET": "list_comments", "POST": "write_comment"}
    acts: ClassVar = {"GET": "comment.read", "POST": "comment.write"}
    parser_classes = (JSONParser, MultiPartParser)
    serializer_class = bodies.Message
    queryset = Comment.objects.none()

    def get_queryset(self) -> QuerySet[Comment]:
        """Return the messages of the issue."""
        files = "attachments__uploaded_by__user"
        return self.issue().comments.select_related("author__user").prefetch_related(files)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the messages of an issue."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request={"application/json": WrittenMessage, "multipart/form-data": WrittenMessageWithFiles},
        responses={201: bodies.Message},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Write a message, with files if it comes as multipart. The response of the vendor is written by a person."""
        is_form = (request.content_type or "").startswith("multipart/")
        kind = WrittenMessageWithFiles if is_form else WrittenMessage
        body = kind(data=request.data)
        body.is_valid(raise_exception=True)
        given = {"body": body.validated_data["body"]}
        files = body.validated_data.get("attachments", [])
        issue = do(
            ACTS["comment"], reference, given, member=self.member, match=None, now=self.now, files=files
        )
        written = issue.comments.filter(author=self.member).order_by("-pk")[0]
        return Response(bodies.Message(written).data, status=201)


class NotesView(PartList):
    """The internal notes, for tokens of the vendor."""

    operations: ClassVar = {"GET": "list_notes"}
    acts: ClassVar = {"GET": "note.read"}
    serializer_class = bodies.Note
    queryset = InternalNote.objects.none()

    def get_queryset(self) -> QuerySet[InternalNote]:
        """Return the notes of the issue."""
        files = "attachments__uploaded_by__user"
        return self.issue().internal_notes.select_related("author__user").prefetch_related(files)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the internal notes of an issue. Tokens write none."""
        return super().get(request, *args, **kwargs)


class ProposalsView(PartList):
    """The levels that were proposed."""

    operations: ClassVar = {"GET": "list_proposals"}
    acts: ClassVar = {"GET": "issue.read"}
    serializer_class = bodies.ProposalBody
    queryset = Proposal.objects.none()

    def get_queryset(self) -> QuerySet[Proposal]:
        """Return the proposals of the issue."""
        return self.issue().proposals.select_related("author__user").prefetch_related("votes")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the proposals of an issue, with the parties that said yes to each."""
        return super().get(request, *args, **kwargs)


class AttachmentsView(PartList):
    """The files of an issue."""

    operations: ClassVar = {"GET": "list_attachments"}
    acts: ClassVar = {"GET": "issue.read"}
    serializer_class = bodies.File
    queryset = Attachment.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[Attachment]:
        """Return the files of the issue that this member may have."""
        visible = Attachment.objects.visible_to(self.member)
        return visible.filter(issue=self.issue()).select_related("uploaded_by__user")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the files of an issue. Those of internal notes only for who reads the notes."""
        return super().get(request, *args, **kwargs)


class AttachmentContent(ApiView):
    """The bytes of one file."""

    tag = "Issues"
    operations: ClassVar = {"GET": "download_attachment"}
    acts: ClassVar = {"GET": "issue.read"}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str) -> FileResponse:
        """Download one file, always as an attachment of unknown kind."""
        kept = Attachment.objects.visible_to(self.member).filter(reference=checked(reference)).first()
        if kept is None:
            raise Http404
        return download(kept.file, name=kept.name)


class Explanation(ApiView):
    """How the due instants came about."""

    tag = "Deadlines"
    operations: ClassVar = {"GET": "explain_issue"}
    acts: ClassVar = {"GET": "issue.read"}

    @extend_schema(responses=bodies.ExplanationBody)
    def get(self, request: Request, reference: str) -> Response:
        """Explain both deadlines of an issue: terms, spans and running totals, as on the page and the command line."""
        found = Issue.objects.visible_to(self.member).select_related(
            "organization", "agreement__policy_version__policy", "agreement__calendar"
        )
        issue = found.filter(reference=checked(reference)).first()
        if issue is None:
            raise Http404
        return Response(explanation_data(issue, now=self.now))


class ObligationsView(ApiList):
    """Every clock of the issues that you may read."""

    tag = "Deadlines"
    operations: ClassVar = {"GET": "list_obligations"}
    acts: ClassVar = {"GET": "issue.read"}
    filterset_class = filters.ObligationFilters
    orders: ClassVar = {"started": ("pk",), "decided": ("decided_at", "pk"), "due": ("due_at", "pk")}
    serializer_class = bodies.ObligationBody
    queryset = Obligation.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[Obligation]:
        """Return the obligations of the readable issues; an order by an instant leaves out those without it."""
        found = Obligation.objects.visible_to(self.member).select_related("issue__organization")
        column = self.get_order()[0]
        return found if column == "pk" else found.filter(**{f"{column}__isnull": False})

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the instant, for the states."""
        return {"now": self.now}

    @extend_schema(
        parameters=[
            OpenApiParameter("order", OpenApiTypes.STR, enum=["started", "decided", "due"]),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List obligations. With `decided_from` and `decided_to` those that a report of this period counts."""
        return super().get(request, *args, **kwargs)
