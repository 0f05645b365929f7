/**
 * What can go wrong with consumer groups, one class per fact. The faces translate them as they do the log's.
 */
import { CumulogError } from "../../std/index.ts";

/** The id is empty, too long, or no text that a key can hold. */
export class InvalidGroupId extends CumulogError {
  override readonly name = "InvalidGroupId";
  readonly kind = "caller";
}

/** No group of that id, by a strong read. */
export class UnknownGroup extends CumulogError {
  override readonly name = "UnknownGroup";
  readonly kind = "caller";
}

/** The group has members: what is asked for needs it to be without. */
export class GroupNotEmpty extends CumulogError {
  override readonly name = "GroupNotEmpty";
  readonly kind = "caller";
}

/** The group has as many members as are allowed. */
export class GroupFull extends CumulogError {
  override readonly name = "GroupFull";
  readonly kind = "caller";
}

/** The group is served by the other protocol at present. */
export class OtherGroupKind extends CumulogError {
  override readonly name = "OtherGroupKind";
  readonly kind = "caller";
}

/** The group's members speak the classic protocol, and it cannot be taken over from them. */
export class UpgradeRefused extends CumulogError {
  override readonly name = "UpgradeRefused";
  readonly kind = "caller";
}

/** The group has no such member, by a strong read: it left, was expired, or never was. It has to join anew. */
export class UnknownMember extends CumulogError {
  override readonly name = "UnknownMember";
  readonly kind = "fenced";
}

/** The member speaks for a generation that is not the present one. */
export class GenerationFenced extends CumulogError {
  override readonly name = "GenerationFenced";
  readonly kind = "fenced";
}

/** Another process has joined under the same instance id: this one is out. */
export class InstanceFenced extends CumulogError {
  override readonly name = "InstanceFenced";
  readonly kind = "fenced";
}

/** Members are joining: this one has to join too. */
export class RebalanceInProgress extends CumulogError {
  override readonly name = "RebalanceInProgress";
  readonly kind = "busy";
}

/** The member knows no protocol that all others know, or does something else altogether. */
export class InconsistentProtocol extends CumulogError {
  override readonly name = "InconsistentProtocol";
  readonly kind = "caller";
}

/** The session's time is outside what is allowed. */
export class InvalidSession extends CumulogError {
  override readonly name = "InvalidSession";
  readonly kind = "caller";
}

/** A member's ids, metadata or assignment are larger than what can be stored. */
export class MemberTooLarge extends CumulogError {
  override readonly name = "MemberTooLarge";
  readonly kind = "caller";
}

/** The stores did not take or answer it within the deadline. Says nothing of the group: ask again. */
export class GroupUnavailable extends CumulogError {
  override readonly name = "GroupUnavailable";
  readonly kind = "busy";
}

/** The text beside a committed offset is too long. */
export class OffsetMetadataTooLarge extends CumulogError {
  override readonly name = "OffsetMetadataTooLarge";
  readonly kind = "caller";
}

/** No consumer can go on at this offset: it is negative. */
export class OffsetInvalid extends CumulogError {
  override readonly name = "OffsetInvalid";
  readonly kind = "caller";
}

/** The group's offsets of one topic have no room for more. */
export class OffsetsFull extends CumulogError {
  override readonly name = "OffsetsFull";
  readonly kind = "caller";
}

/** The group is subscribed to the topic: its offsets cannot be deleted. */
export class TopicSubscribed extends CumulogError {
  override readonly name = "TopicSubscribed";
  readonly kind = "caller";
}

/** The member speaks for another epoch than the one it is in, which it hears with its next heartbeat. It is still a member. */
export class StaleMemberEpoch extends CumulogError {
  override readonly name = "StaleMemberEpoch";
  readonly kind = "fenced";
}

/** The member's epoch cannot be that of one that is up to date: it gives up all that it has and joins anew. */
export class FencedMemberEpoch extends CumulogError {
  override readonly name = "FencedMemberEpoch";
  readonly kind = "fenced";
}

/** Another member has this instance id and has not left it. */
export class UnreleasedInstance extends CumulogError {
  override readonly name = "UnreleasedInstance";
  readonly kind = "caller";
}

/** No assignor of that name is served. */
export class UnsupportedAssignor extends CumulogError {
  override readonly name = "UnsupportedAssignor";
  readonly kind = "caller";
}

/** The pattern that a member is subscribed by is none of RE2's, or too long. */
export class InvalidRegularExpression extends CumulogError {
  override readonly name = "InvalidRegularExpression";
  readonly kind = "caller";
}
