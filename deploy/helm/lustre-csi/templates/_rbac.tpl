{{/* Rules of the driver in the controller. */}}
{{- define "lustre-csi.controllerRules" -}}
{{- if and .Values.detectClusterId (not .Values.clusterId) }}
# The uid of this namespace is the id of the cluster.
- apiGroups: ['']
  resources: [namespaces]
  resourceNames: [kube-system]
  verbs: [get]
{{- end }}
{{- if and (eq (include "lustre-csi.cloud" .) "aws") (not .Values.controller.region) }}
# The node's providerID has the region.
- apiGroups: ['']
  resources: [nodes]
  verbs: [get]
{{- end }}
# lustre-csi orphans
- apiGroups: ['']
  resources: [persistentvolumes, persistentvolumeclaims]
  verbs: [list]
{{- if .Values.diagnostics.enabled }}
# lustre-csi doctor, preflight and support-bundle: reading only, and no Secret.
- apiGroups: ['']
  resources: [persistentvolumes, persistentvolumeclaims, pods, nodes]
  verbs: [get, list]
- apiGroups: ['']
  resources: [events]
  verbs: [list]
- apiGroups: [storage.k8s.io]
  resources: [csidrivers, csinodes, storageclasses, volumeattachments]
  verbs: [get, list]
{{- if include "lustre-csi.guestVolumes" . }}
# Runtimes whose guests mount volumes, and the settings of peer pods.
- apiGroups: [node.k8s.io]
  resources: [runtimeclasses]
  verbs: [list]
- apiGroups: [kataconfiguration.openshift.io]
  resources: [kataconfigs]
  verbs: [list]
- apiGroups: ['']
  resources: [configmaps]
  resourceNames: [peer-pods-cm]
  verbs: [get]
{{- end }}
{{- end }}
{{- end -}}

{{/* Rights of `lustre-csi support-bundle` in the namespace of the release. */}}
{{- define "lustre-csi.diagnosticRules" -}}
- apiGroups: ['']
  resources: [pods/log]
  verbs: [get]
- apiGroups: [apps]
  resources: [daemonsets, deployments]
  verbs: [list]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, list]
{{- end -}}

{{- define "lustre-csi.provisionerRules" -}}
- apiGroups: ['']
  resources: [persistentvolumes]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: ['']
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, update]
- apiGroups: [storage.k8s.io]
  resources: [storageclasses]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [events]
  verbs: [list, watch, create, update, patch]
{{- if include "lustre-csi.topology" . }}
- apiGroups: [storage.k8s.io]
  resources: [csinodes]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [nodes]
  verbs: [get, list, watch]
{{- end }}
{{- if include "lustre-csi.volumeAttributesClass" . }}
- apiGroups: [storage.k8s.io]
  resources: [volumeattributesclasses]
  verbs: [get]
{{- end }}
{{- if .Values.sidecars.snapshotter.enabled }}
- apiGroups: [snapshot.storage.k8s.io]
  resources: [volumesnapshots]
  verbs: [get, list, watch, update]
- apiGroups: [snapshot.storage.k8s.io]
  resources: [volumesnapshotcontents]
  verbs: [get, list]
{{- end }}
{{- end -}}

{{- define "lustre-csi.resizerRules" -}}
- apiGroups: ['']
  resources: [persistentvolumes]
  verbs: [get, list, watch, patch]
- apiGroups: ['']
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [persistentvolumeclaims/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [events]
  verbs: [list, watch, create, update, patch]
{{- if include "lustre-csi.volumeAttributesClass" . }}
- apiGroups: [storage.k8s.io]
  resources: [volumeattributesclasses]
  verbs: [get, list, watch]
{{- end }}
{{- end -}}

{{- define "lustre-csi.snapshotterRules" -}}
- apiGroups: ['']
  resources: [events]
  verbs: [list, watch, create, update, patch]
- apiGroups: [snapshot.storage.k8s.io]
  resources: [volumesnapshotclasses]
  verbs: [get, list, watch]
- apiGroups: [snapshot.storage.k8s.io]
  resources: [volumesnapshotcontents]
  verbs: [get, list, watch, update, patch]
- apiGroups: [snapshot.storage.k8s.io]
  resources: [volumesnapshotcontents/status]
  verbs: [update, patch]
{{- end -}}

{{- define "lustre-csi.healthMonitorRules" -}}
- apiGroups: ['']
  resources: [persistentvolumes, persistentvolumeclaims, nodes, pods]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [events]
  verbs: [get, list, watch, create, patch]
{{- end -}}

{{/* Rules of the driver on nodes. RBAC cannot restrict a rule to the node of the pod. */}}
{{- define "lustre-csi.nodeRules" -}}
{{- $sets := list -}}
{{- if .Values.node.enabled -}}{{- $sets = append $sets .Values.node -}}{{- end -}}
{{- range .Values.additionalDaemonSets -}}{{- $sets = append $sets (mergeOverwrite (deepCopy $.Values.node) (. | default dict)) -}}{{- end -}}
{{- $taint := false -}}{{- $read := eq .Values.topology.zone "provider-id" -}}{{- $hook := false -}}{{- $kata := false -}}
{{- range $sets -}}
{{- $taint = or $taint .removeNotReadyTaint -}}
{{- $hook = or $hook .preStopHook.enabled -}}
{{- $kata = or $kata .kataAware -}}
{{- end -}}
{{- if $taint }}
# The startup taint.
- apiGroups: ['']
  resources: [nodes]
  verbs: [get, patch]
- apiGroups: [storage.k8s.io]
  resources: [csinodes]
  verbs: [get]
{{- else if or $read $hook }}
# Taints of a node that is being drained, and the node's providerID.
- apiGroups: ['']
  resources: [nodes]
  verbs: [get]
{{- if $hook }}
# The registration without which a drained node cannot unmount.
- apiGroups: [storage.k8s.io]
  resources: [csinodes]
  verbs: [get]
{{- end }}
{{- end }}
{{- if $kata }}
# --kata-aware
- apiGroups: ['']
  resources: [pods]
  verbs: [get]
- apiGroups: [node.k8s.io]
  resources: [runtimeclasses]
  verbs: [get]
{{- end }}
{{- end -}}

{{/* ClusterRole and binding. root, name, component, rules. */}}
{{- define "lustre-csi.clusterRole" -}}
{{- $name := printf "%s-%s" (include "lustre-csi.clusterName" .root) .name -}}
{{- if .rules }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  labels:
    {{- include "lustre-csi.labels" .root | nindent 4 }}
rules:
  {{- .rules | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "lustre-csi.labels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "lustre-csi.serviceAccount" (dict "root" .root "component" .component) }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
{{- end -}}

{{/* Role of a sidecar: the rules of the chart and those of the values. root, key, name. */}}
{{- define "lustre-csi.sidecarRole" -}}
{{- $rules := include (printf "lustre-csi.%sRules" .key) .root -}}
{{- with (index .root.Values.sidecars .key).additionalClusterRoleRules -}}
{{- $rules = printf "%s\n%s" $rules (toYaml .) -}}
{{- end -}}
{{- include "lustre-csi.clusterRole" (dict "root" .root "name" .name "component" "controller" "rules" $rules) -}}
{{- end -}}

{{/* Role for events about objects without a namespace: nodes and the CSIDriver. */}}
{{- define "lustre-csi.eventsRole" -}}
{{- $name := printf "%s-events" (include "lustre-csi.clusterName" .) -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: default
  labels:
    {{- include "lustre-csi.labels" . | nindent 4 }}
rules:
  # --events
  - apiGroups: ['']
    resources: [events]
    verbs: [get, create, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: default
  labels:
    {{- include "lustre-csi.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  {{- $components := ternary (list "node") (list "controller" "node") .Values.nodeComponentOnly }}
  {{- range $component := $components }}
  - kind: ServiceAccount
    name: {{ include "lustre-csi.serviceAccount" (dict "root" $ "component" $component) }}
    namespace: {{ $.Release.Namespace }}
  {{- end }}
{{- end -}}
